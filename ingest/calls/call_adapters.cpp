#include <algorithm>
#include <charconv>

#include "ingest/ber/tap3.hpp"
#include "ingest/ber/ts_32298.hpp"
#include "ingest/calls/call_adapter.hpp"
#include "ingest/calls/companion_list.hpp"
#include "ingest/calls/etsi_102657.hpp"
#include "ingest/calls/pbx_leg.hpp"
#include "ingest/calls/subscriber_csv.hpp"
#include "ingest/calls/swiss_retained.hpp"
#include "ingest/messages/messages.hpp"

namespace palermo::ingest {
namespace {

constexpr std::string_view kHeader =
    "position,a,b,start,duration_s,kind,direction,answered,forwarded,forwarded_to,cell,last_cell,"
    "roaming,imei,imsi,latitude,longitude,azimuth\n";

void put(std::string& text, std::string_view cell) {
  text += ',';
  // Line ends, quotes and delimiters stand inside a quoted cell. NUL bytes are nowhere in a table.
  const bool plain = cell.find_first_of(std::string_view{",\"\r\n\0", 5}) == std::string_view::npos;
  if (plain) {
    text += cell;
    return;
  }
  text += '"';
  for (const char c : cell) {
    if (c == '"') text += '"';
    if (c == '\0') {
      text += "\xEF\xBF\xBD";
    } else {
      text += c;
    }
  }
  text += '"';
}

}  // namespace

CallText::CallText() : text{kHeader} {}

void CallText::add(const CallTextRow& row) {
  char digits[24];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), row.position).ptr;
  text.append(digits, end);
  for (const std::string_view cell :
       {row.a, row.b, row.start, row.duration_s, row.kind, row.direction})
    put(text, cell);
  put(text, row.not_answered ? "no" : "");
  put(text, row.forwarded ? "yes" : "");
  for (const std::string_view cell : {row.forwarded_to, row.cell, row.last_cell, row.roaming,
                                      row.imei, row.imsi, row.latitude, row.longitude, row.azimuth})
    put(text, cell);
  text += '\n';
  ++rows;
}

void CallText::reject(std::uint64_t position, std::string code, std::string message) {
  v1::Reject& reject = rejects.emplace_back();
  reject.set_line(static_cast<std::uint32_t>(position));
  reject.set_code(std::move(code));
  reject.set_message(std::move(message));
}

const std::vector<CallAdapter>& call_adapters() {
  static const std::vector<CallAdapter> kAdapters = [] {
    std::vector<CallAdapter> all;
    all.push_back(freeswitch_csv_adapter());
    all.push_back(freeswitch_xml_adapter());
    all.push_back(freeswitch_json_adapter());
    all.push_back(cdr_stats_text_adapter());
    all.push_back(subscriber_csv_adapter());
    for (const CodedOrder order :
         {CodedOrder::FromValues, CodedOrder::LatitudeFirst, CodedOrder::LongitudeFirst})
      all.push_back(operator_coded_adapter(order));
    all.push_back(vds_suisse_calls_adapter());
    all.push_back(vds_suisse_cells_adapter());
    all.push_back(swisscom_2018_adapter());
    all.push_back(companion_list_adapter());
    all.push_back(etsi_102657_adapter());
    all.push_back(calls_backup_adapter());
    all.push_back(ts_32298_adapter());
    all.push_back(tap3_adapter());
    return all;
  }();
  return kAdapters;
}

const CallAdapter* find_call_adapter(std::string_view format) {
  std::string wanted{format};
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  for (const CallAdapter& adapter : call_adapters())
    if (adapter.id == wanted) return &adapter;
  return nullptr;
}

}  // namespace palermo::ingest
