// Sums the calls of a DuckDB table by pair, as a contact graph needs them.
// usage: node duckdb_pairs.mjs FILE DATABASE RUNS; loads FILE unless DATABASE is there, then prints the number of pairs, the
// version and the seconds of each run, wall clock and processor.
import { existsSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';

const [file, database, runs] = process.argv.slice(2);
const fresh = !existsSync(database);
let instance = await DuckDBInstance.create(database);
let connection = await instance.connect();
if (fresh) await connection.run(`CREATE TABLE calls AS SELECT * FROM read_csv('${file.replaceAll("'", "''")}', ` +
  `types = {'a': 'VARCHAR', 'b': 'VARCHAR', 'imei': 'VARCHAR'})`);
if (fresh) await connection.run('CHECKPOINT');
connection.closeSync();
instance.closeSync();
const times = [];
let pairs = 0;
let version = '';
for (let run = 0; run < Number(runs); ++run) {
  // Opened anew, as Palermo opens its case.
  instance = await DuckDBInstance.create(database);
  connection = await instance.connect();
  const begin = process.hrtime.bigint();
  const used = process.cpuUsage();
  await connection.run('CREATE TEMP TABLE pairs AS SELECT a, b, count(*) AS n, min(start) AS first, max(start) AS last ' +
    'FROM calls GROUP BY a, b');
  const wall = Number(process.hrtime.bigint() - begin) / 1e9;
  const { user, system } = process.cpuUsage(used);
  times.push(`${wall.toFixed(3)},${((user + system) / 1e6).toFixed(3)}`);
  const answer = await connection.runAndReadAll(
    'SELECT count(*), (SELECT library_version FROM pragma_version()) FROM pairs');
  [pairs, version] = answer.getRows()[0];
  connection.closeSync();
  instance.closeSync();
}
console.log(`${pairs} ${version} ${times.join(' ')}`);
