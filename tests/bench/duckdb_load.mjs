// Loads a CSV file into a DuckDB table and closes it: what a peer does with the same file.
// usage: node duckdb_load.mjs FILE DATABASE; prints the number of rows, the version, seconds.
import { DuckDBInstance } from '@duckdb/node-api';

const [file, database] = process.argv.slice(2);
const begin = process.hrtime.bigint();
const instance = await DuckDBInstance.create(database);
const connection = await instance.connect();
await connection.run(`CREATE TABLE calls AS SELECT * FROM read_csv('${file.replaceAll("'", "''")}')`);
await connection.run('CHECKPOINT');
const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
const answer = await connection.runAndReadAll(
  'SELECT count(*), (SELECT library_version FROM pragma_version()) FROM calls');
const [rows, version] = answer.getRows()[0];
console.log(`${rows} ${version} ${seconds.toFixed(3)}`);
connection.closeSync();
instance.closeSync();
