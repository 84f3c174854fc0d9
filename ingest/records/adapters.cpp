#include "ingest/batch.hpp"
#include "ingest/cells/cell_table.hpp"
#include "ingest/exchange/exchange.hpp"
#include "ingest/messages/messages.hpp"
#include "ingest/records/networks.hpp"
#include "ingest/records/record_files.hpp"
#include "ingest/records/relations.hpp"
#include "ingest/records/x1_tasks.hpp"

namespace palermo::ingest {
namespace {

/// Every error of a file names the file.
Adapter named(Adapter adapter) {
  adapter.read = [read = std::move(adapter.read)](const AdapterInput& input) {
    auto batch = read(input);
    if (!batch && batch.error().code == core::ErrorCode::BadInput) {
      if (!batch.error().where) batch.error().where = core::SourcePosition{};
      if (batch.error().where->file.empty()) batch.error().where->file = input.file_name;
    }
    return batch;
  };
  return adapter;
}

}  // namespace

const std::vector<Adapter>& record_adapters() {
  static const std::vector<Adapter> kAdapters = [] {
    std::vector<Adapter> all;
    for (auto make : {edge_list_adapter, matrix_adapter, relations_adapter, statements_adapter,
                      undercover_report_adapter, intercept_log_adapter, technique_use_adapter,
                      payments_adapter, dl_adapter, pajek_adapter, graphml_adapter, gexf_adapter,
                      x1_adapter, case_uco_adapter, followthemoney_adapter, camt_adapter})
      all.push_back(named(make()));
    for (const DateOrder order :
         {DateOrder::FromValues, DateOrder::DayMonthYear, DateOrder::MonthDayYear,
          DateOrder::YearMonthDay, DateOrder::YearDayMonth})
      all.push_back(named(whatsapp_adapter(order)));
    for (auto make : {signal_adapter, telegram_adapter, instagram_adapter, sms_backup_adapter,
                      vast2014_adapter, cell_table_adapter})
      all.push_back(named(make()));
    return all;
  }();
  return kAdapters;
}

}  // namespace palermo::ingest
