#include "ingest/calls/companion_list.hpp"

#include "ingest/calls/adapter_table.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

struct List {
  std::vector<std::string_view> header;
  std::string_view what;
  std::string_view next;
};

const std::vector<List>& lists() {
  static const std::vector<List> kLists = {
      {{"id", "label", "organisation"},
       "a list of contacts with their roles",
       "ingest the file of calls beside it; its rows keep the contact's id"},
      {{"key", "value"},
       "attributes of one subscriber",
       "ingest the file of calls beside it; what the attributes say belongs into statements"}};
  return kLists;
}

/// Exactly these columns, in this order: anything else may be another table.
const List* list_of(std::string_view bytes) {
  for (const List& list : lists()) {
    const auto header = find_table_header(bytes, list.header);
    if (!header || header->names.size() != list.header.size()) continue;
    if (std::equal(list.header.begin(), list.header.end(), header->names.begin())) return &list;
  }
  return nullptr;
}

}  // namespace

CallAdapter companion_list_adapter() {
  CallAdapter adapter;
  adapter.id = "companion_list";
  adapter.version = "1";
  adapter.summary = "lists of contacts or attributes: no calls, refused with what they are";
  adapter.detect = [](std::string_view bytes, std::string_view) -> Detection {
    const List* list = list_of(bytes);
    if (list == nullptr) return {};
    return {0.98, "the header is that of " + std::string{list->what}};
  };
  adapter.read = [](const AdapterInput& input) -> core::Result<CallText> {
    const List* list = list_of(input.bytes);
    if (list == nullptr)
      return bad_input(1, "this is none of the known lists of contacts or attributes",
                       "try --format auto");
    return bad_input(1, "this is " + std::string{list->what} + ": it holds no calls",
                     std::string{list->next});
  };
  return adapter;
}

}  // namespace palermo::ingest
