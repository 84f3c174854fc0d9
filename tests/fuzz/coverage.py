#!/usr/bin/env python3
"""Which lines of each parser its corpus reaches. Needs the build of preset `fuzz` (README.md). Exit 1 below 85 %."""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
LEAST = 85.0

WHATSAPP = ["whatsapp", "whatsapp_dmy", "whatsapp_mdy", "whatsapp_ymd", "whatsapp_ydm"]
CODED = ["operator_coded", "operator_coded_latitude_first", "operator_coded_longitude_first"]
SWISS = ["vds_suisse_calls", "vds_suisse_cells", "swisscom_2018"]
FILES = ["statements", "undercover_report", "intercept_log", "technique_use", "payments", "relations"]
NETWORKS = ["ucinet_dl", "pajek", "graphml", "gexf"]
LAYOUTS = sorted(path.name for path in (HERE / "corpus").iterdir() if path.name.startswith("call_csv"))

# Parser: its files under ingest/, and the targets whose corpora are its own. A file that several formats share is
# a parser of its own, reached by the corpora of all of them.
PARSERS = [
    ("tables of calls", "calls/call_reader calls/call_layout calls/call_rows calls/call_merge calls/call_identifiers "
                        "calls/cell_values calls/time_pattern calls/number_reader calls/row_scanner calls/json_table",
     LAYOUTS),
    ("freeswitch_csv", "calls/freeswitch_csv", ["freeswitch_csv", "cdr_stats_list"]),
    ("freeswitch_xml, _json", "calls/freeswitch_documents", ["freeswitch_xml", "freeswitch_json"]),
    ("legs of exchanges", "calls/pbx_leg", ["freeswitch_csv", "cdr_stats_list", "freeswitch_xml", "freeswitch_json"]),
    ("subscriber_csv, operator_coded", "calls/subscriber_csv", ["subscriber_csv", *CODED]),
    ("Swiss retained data", "calls/swiss_retained", SWISS),
    ("tables of adapters", "calls/adapter_table", ["subscriber_csv", *CODED, *SWISS]),
    ("companion_list", "calls/companion_list", ["companion_list"]),
    ("etsi_102657", "calls/etsi_102657", ["etsi_102657"]),
    ("user locations", "calls/user_location", ["etsi_102657", "ts_32298", "tap3"]),
    ("ts_32298", "ber/ts_32298 ber/ts_32298_tables ber/charging_file ber/charging_record ber/partial_calls", ["ts_32298"]),
    ("tap3", "ber/tap3 ber/tap3_header", ["tap3"]),
    ("BER", "ber/ber_reader ber/ber_values", ["ts_32298", "tap3"]),
    ("edge_list", "records/edge_list", ["edge_list"]),
    ("matrix", "records/matrix", ["matrix"]),
    ("records as JSON and CSV", "records/record_files records/record_builder records/record_time records/flat_csv "
                                "records/json_text records/relation_text", FILES),
    ("tables", "records/delimited text/blank", ["edge_list", "matrix", "cell_table", *FILES]),
    ("payments", "records/payment_table records/payment_columns records/payment_dates decimal iban", ["payments"]),
    ("ucinet_dl", "records/dl_file", ["ucinet_dl"]),
    ("pajek", "records/pajek_file", ["pajek"]),
    ("graphml, gexf", "records/graph_xml", ["graphml", "gexf"]),
    ("networks", "records/network_builder records/network_words", NETWORKS),
    ("etsi_x1", "records/x1_tasks", ["etsi_x1"]),
    ("case_uco", "exchange/case_graph exchange/case_links exchange/case_records exchange/case_uco exchange/custody_chain "
                 "exchange/json_ld", ["case_uco"]),
    ("followthemoney", "exchange/follow_the_money exchange/ftm_schemata", ["followthemoney"]),
    ("camt053", "exchange/camt", ["camt053"]),
    ("whatsapp, signal", "messages/chat_files messages/chat_text messages/chat_words", [*WHATSAPP, "signal"]),
    ("telegram", "messages/telegram", ["telegram"]),
    ("instagram", "messages/instagram", ["instagram"]),
    ("sms_backup, calls_backup", "messages/phone_backup messages/lenient_xml", ["sms_backup", "calls_backup"]),
    ("vast2014", "messages/vast2014", ["vast2014"]),
    ("messages", "messages/message_builder messages/party messages/json_fields",
     [*WHATSAPP, "signal", "telegram", "instagram", "sms_backup", "vast2014"]),
    ("cell_table", "cells/cell_columns cells/cell_table", ["cell_table"]),
    ("hi1", "warrants/hi1_exchange warrants/hi1_message", ["hi1"]),
    ("facts", "facts/facts_reader", ["json", "statements"]),
    ("archives", "inputs/archive inputs/zip_directory", ["archives"]),
    ("encodings, workbooks", "text/decode_text text/windows_1252 xlsx/cell_format xlsx/workbook xlsx/zip_members", ["tables"]),
    ("XML", "xml/xml_reader", ["xml", "graphml", "camt053", "etsi_102657", "hi1"]),
    ("profile", "profile/profile", ["profile", *LAYOUTS]),
]
# Not parsers of files, or reached through the pipeline alone.
OTHERS = {"calls/call_adapters", "calls/call_sorter", "records/adapters", "records/row_collector", "records/text_input", "exchange/payment_amount",
          "profile/column_guess", "profile/draft", "inputs/input_list", "choice", "detect", "explain", "identifiers",
          "input_text", "name_warnings", "original", "phone_number", "pipeline", "pipeline_calls", "pipeline_records",
          "recall", "release", "earlier_calls", "shared_recall", "source_file", "source_writer", "version"}


def tool(name):
    found = shutil.which(f"{name}-14") or shutil.which(name)
    if found is None:
        sys.exit(f"{name} is absent; apt-get install llvm-14")
    return found


def unlisted():
    """Files of ingest/ that are neither a parser's nor excused: whoever adds one says which."""
    listed = OTHERS | {name for _, files, _ in PARSERS for name in files.split()}
    there = {str(path.relative_to(SOURCE / "ingest").with_suffix("")) for path in (SOURCE / "ingest").rglob("*.cpp")}
    used = {target for _, _, targets in PARSERS for target in targets}
    return sorted(there ^ listed) + sorted(used - {path.name for path in (HERE / "corpus").iterdir()})


def profile(program, folder, target):
    """Replays the corpus of one target; each input once."""
    raw = folder / f"{target}.profraw"
    run = subprocess.run([program, f"--target={target}", "-runs=0", "-rss_limit_mb=4096", HERE / "corpus" / target],
                         env=dict(os.environ, LLVM_PROFILE_FILE=str(raw)), capture_output=True, text=True, errors="replace")
    if run.returncode:
        sys.exit(f"{target}: {run.stderr[-2000:]}")
    return raw


def main():
    sys.stdout.reconfigure(line_buffering=True)
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--program", type=pathlib.Path, default=SOURCE / "build" / "fuzz" / "tests" / "fuzz" / "palermo_fuzz")
    arguments.add_argument("--only", help="parsers whose name or files hold this text")
    arguments.add_argument("--check", action="store_true", help="only that every file of ingest/ is listed, with targets that exist")
    arguments.add_argument("--show", action="store_true", help="the lines that no input reaches")
    chosen = arguments.parse_args()
    if odd := unlisted():
        sys.exit("not listed in tests/fuzz/coverage.py, or gone: " + ", ".join(odd))
    if chosen.check:
        return
    if not chosen.program.is_file():
        sys.exit(f"{chosen.program} is absent; cmake --preset fuzz && cmake --build --preset fuzz --target palermo_fuzz")
    parsers = [p for p in PARSERS if not chosen.only or chosen.only in p[0] or chosen.only in p[1]]
    below = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        raw = {t: profile(chosen.program, folder, t) for t in sorted({t for p in parsers for t in p[2]})}
        print(f"{'parser':34} {'file':34} {'lines':>6} {'reached':>8}")
        for parser, files, targets in parsers:
            merged = folder / "merged.profdata"
            subprocess.run([tool("llvm-profdata"), "merge", "-sparse", *[raw[t] for t in targets], "-o", merged], check=True)
            paths = [SOURCE / "ingest" / f"{file}.cpp" for file in files.split()]
            out = subprocess.run([tool("llvm-cov"), "export", "-summary-only" if not chosen.show else "-skip-functions",
                                  f"-instr-profile={merged}", chosen.program], check=True, capture_output=True).stdout
            # ccache makes paths relative to the build folder.
            found = {os.path.normpath(file["filename"]): file for file in json.loads(out)["data"][0]["files"]}
            total = reached = 0
            for path in paths:
                if str(path) not in found:
                    continue  # no code of its own
                lines = found[str(path)]["summary"]["lines"]
                total += lines["count"]
                reached += lines["covered"]
                if len(paths) > 1:
                    print(f"{'':34} {path.relative_to(SOURCE / 'ingest')!s:34} {lines['count']:6} {lines['percent']:7.1f} %")
                if chosen.show:
                    show(path, found[str(path)]["segments"])
            percent = 100 * reached / total if total else 0.0
            mark = "" if percent >= LEAST else f"  below {LEAST:.0f} %"
            print(f"{parser:34} {'' if len(paths) > 1 else str(paths[0].relative_to(SOURCE / 'ingest')):34} {total:6} {percent:7.1f} %{mark}")
            if mark:
                below.append(parser)
    if below:
        print(f"{len(below)} parsers are reached to less than {LEAST:.0f} %: {', '.join(below)}")
        sys.exit(1)


def show(path, segments):
    """Lines that begin in a region that was never entered."""
    text = path.read_text().splitlines()
    missed = set()
    for (line, column, count, counted, *_), after in zip(segments, segments[1:] + [[len(text), 1]]):
        if counted and count == 0:
            missed |= set(range(line, max(line + 1, after[0])))
    for line in sorted(missed):
        print(f"{line:6}  {text[line - 1]}")


if __name__ == "__main__":
    main()
