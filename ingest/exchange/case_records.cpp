#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "ingest/decimal.hpp"
#include "ingest/exchange/case_reader.hpp"

namespace palermo::ingest::detail {
namespace {

using authorization::DataType;

std::optional<double> number(const LdJson& facet, std::string_view name) {
  const auto value = Decimal::parse(ld_text(facet, name));
  return value ? std::optional{value->nearest()} : std::nullopt;
}

}  // namespace

core::Status CaseReader::take_time(const CaseNode& node, std::string text, std::string* kept,
                                   std::optional<std::int64_t>* us, bool& good) {
  ReadTime time = rows_.times().read(text, true);
  if (time.state == ReadTime::State::Absent) return core::ok();
  if (time.state == ReadTime::State::NoZone) return no_zone_error(node.line, ld_type(node.json));
  if (time.state == ReadTime::State::Bad) {
    good = false;
    return core::ok();
  }
  // xsd:dateTime requires seconds; published examples leave them out.
  if (text.size() > 16 && text[16] != ':') ++without_seconds_;
  *kept = std::move(time.text);
  *us = time.instant.us;
  return core::ok();
}

void CaseReader::mention_party(const CaseParty& party, store::RecordRow& row) {
  const bool actor = party.kind == "person" || party.kind == "organisation";
  if (party.identifiers.empty() || party.text != party.identifiers.front().raw)
    rows_.mention(row, {actor ? "label" : "account", party.text, party.text, true, {}});
  for (const store::ObservedIdentifier& found : party.identifiers) rows_.mention(row, found);
}

void CaseReader::take_parties(const LdJson& facet, v1::Message& message, store::RecordRow& row) {
  if (const auto from = ld_values(facet, "from"); !from.empty()) {
    const CaseParty party = graph_->party_of(*from.front());
    message.set_sender(party.text);
    if (party.name != party.text) message.set_sender_name(party.name);
    mention_party(party, row);
    // A second sender is nobody's meaning; it is kept among the parties.
    for (std::size_t i = 1; i < from.size(); ++i) add_recipient(*from[i], message, row);
  }
  for (const char* member : {"to", "cc", "bcc", "participant"})
    for (const LdJson* value : ld_values(facet, member)) add_recipient(*value, message, row);
  row.targets = row.identifiers;
}

void CaseReader::add_recipient(const LdJson& value, v1::Message& message, store::RecordRow& row) {
  const CaseParty party = graph_->party_of(value);
  if (party.text.empty()) return;
  message.add_recipients(party.text);
  mention_party(party, row);
}

core::Result<bool> CaseReader::add_call(const CaseNode& node, const LdJson& facet) {
  v1::Message call;
  store::RecordRow row;
  row.kind = "message";
  row.data_type = DataType::Traffic;
  call.set_kind(v1::Message::call);
  call.set_message_id(node.iri);
  bool good = true;
  std::optional<std::int64_t> end_us;
  PALERMO_CHECK_OK(
      take_time(node, ld_text(facet, "startTime"), call.mutable_sent_at(), &row.from_us, good));
  PALERMO_CHECK_OK(
      take_time(node, ld_text(facet, "endTime"), call.mutable_ended_at(), &end_us, good));
  const std::string stated = ld_text(facet, "duration");
  const auto duration = number(facet, "duration");
  const bool whole =
      duration && *duration >= 0 && *duration <= 1e9 && std::floor(*duration) == *duration;
  if (!good || (!stated.empty() && !whole)) return unreadable();
  if (whole) call.set_duration_s(static_cast<std::int64_t>(*duration));
  if (row.from_us && end_us && *end_us < *row.from_us) return unreadable();
  row.to_us = end_us ? end_us : row.from_us;
  if (!row.from_us) row.from_us = row.to_us;
  if (whole && end_us && row.from_us && !call.sent_at().empty()) {
    const std::int64_t between = (*end_us - *row.from_us) / core::kUsPerSecond;
    if (between != call.duration_s()) {
      if (contradictions_++ < kShown)
        contradicting_ +=
            fmt::format("{}line {}: {} s stated, {} s between", contradicting_.empty() ? "" : "; ",
                        node.line, call.duration_s(), between);
    }
  }
  const std::string type = ld_text(facet, "callType");
  if (type == "incoming" || type == "Incoming")
    call.set_direction(v1::Message::in);
  else if (type == "outgoing" || type == "Outgoing")
    call.set_direction(v1::Message::out);
  else
    call.set_text(type);
  if (const auto used = ld_values(facet, "application"); !used.empty())
    call.set_application(graph_->label(*used.front()));
  take_parties(facet, call, row);
  if (call.sender().empty()) ++without_caller_;
  if (call.recipients_size() > 1) ++several_called_;
  *row.record.mutable_message() = std::move(call);
  return keep(std::move(row), node, "calls");
}

core::Result<bool> CaseReader::add_message(const CaseNode& node, std::string_view type) {
  v1::Message message;
  store::RecordRow row;
  row.kind = "message";
  message.set_kind(v1::Message::message);
  message.set_message_id(node.iri);
  bool good = true;
  std::optional<std::int64_t> received_us;
  for (const LdJson* facet : graph_->facets(node.json)) {
    if (message.text().empty()) message.set_text(ld_text(*facet, "messageText"));
    if (message.text().empty()) message.set_text(ld_text(*facet, "body"));
    if (const std::string subject = ld_text(*facet, "subject"); !subject.empty())
      message.set_text(subject + (message.text().empty() ? "" : "\n\n") + message.text());
    if (message.sent_at().empty())
      PALERMO_CHECK_OK(take_time(node, ld_text(*facet, "sentTime"), message.mutable_sent_at(),
                                 &row.from_us, good));
    if (message.received_at().empty())
      PALERMO_CHECK_OK(take_time(node, ld_text(*facet, "receivedTime"),
                                 message.mutable_received_at(), &received_us, good));
    if (const auto used = ld_values(*facet, "application"); !used.empty())
      message.set_application(graph_->label(*used.front()));
    if (message.sender().empty() && message.recipients().empty())
      take_parties(*facet, message, row);
  }
  if (!good) return unreadable();
  if (type == "SMSMessage") message.set_application("SMS");
  if (type == "EmailMessage") message.set_application("e-mail");
  if (!row.from_us) row.from_us = received_us;
  row.to_us = row.from_us;
  if (received_us && row.to_us) row.to_us = std::max(*row.to_us, *received_us);
  if (const auto thread = threads_.find(node.iri); thread != threads_.end())
    message.set_conversation(thread->second);
  row.data_type = message.text().empty() ? DataType::Traffic : DataType::Content;
  *row.record.mutable_message() = std::move(message);
  return keep(std::move(row), node, "messages");
}

core::Result<bool> CaseReader::add_action(const CaseNode& node) {
  v1::CustodyAction action;
  store::RecordRow row;
  row.kind = "custody";
  bool good = true;
  CustodyStep step;
  PALERMO_CHECK_OK(take_time(node, ld_text(node.json, "startTime"), action.mutable_started_at(),
                             &step.begin_us, good));
  PALERMO_CHECK_OK(take_time(node, ld_text(node.json, "endTime"), action.mutable_ended_at(),
                             &step.end_us, good));
  if (!good) return unreadable();
  action.set_action_id(node.iri);
  action.set_name(ld_text(node.json, "name"));
  action.set_description(ld_text(node.json, "description"));
  action.set_performer(labels(node.json, "performer"));
  action.set_place(labels(node.json, "location"));
  for (const LdJson* value : ld_values(node.json, "instrument"))
    action.add_instruments(graph_->label(*value));
  for (const LdJson* value : ld_values(node.json, "object"))
    action.add_objects(graph_->label(*value));
  for (const LdJson* value : ld_values(node.json, "result"))
    action.add_results(graph_->label(*value));
  row.from_us = step.begin_us ? step.begin_us : step.end_us;
  row.to_us = step.end_us ? step.end_us : step.begin_us;
  if (row.from_us && *row.to_us < *row.from_us) std::swap(row.from_us, row.to_us);
  step.name = action.description().empty() ? action.name() : action.description();
  if (step.name.empty()) step.name = node.iri;
  step.line = node.line;
  chain_.push_back(std::move(step));
  *row.record.mutable_custody() = std::move(action);
  return keep(std::move(row), node, "investigative actions");
}

core::Result<bool> CaseReader::add_provenance(const CaseNode& node) {
  v1::CustodyAction record;
  store::RecordRow row;
  row.kind = "custody";
  record.set_action_id(node.iri);
  record.set_name("provenance record");
  record.set_description(ld_text(node.json, "description"));
  record.set_exhibit(ld_text(node.json, "exhibitNumber"));
  if (record.exhibit().empty()) record.set_exhibit(ld_text(node.json, "rootExhibitNumber"));
  for (const LdJson* value : ld_values(node.json, "object"))
    record.add_objects(graph_->label(*value));
  *row.record.mutable_custody() = std::move(record);
  return keep(std::move(row), node, "provenance records");
}

core::Result<bool> CaseReader::add_cell(const CaseNode& node, const LdJson& facet) {
  v1::CellSite site;
  store::RecordRow row;
  row.kind = "cell_site";
  site.set_cell(case_cell(facet));
  site.set_radio(ld_text(facet, "cellSiteType"));
  site.set_mcc(ld_text(facet, "cellSiteCountryCode"));
  site.set_mnc(ld_text(facet, "cellSiteNetworkCode"));
  const auto area = number(facet, "cellSiteLocationAreaCode");
  const auto identity = number(facet, "cellSiteIdentifier");
  if (site.cell().empty() || !area || !identity || *area < 0 || *area > 4294967295.0 ||
      *identity < 0 || *identity > 68719476735.0)
    return unreadable();
  site.set_area(static_cast<std::uint32_t>(*area));
  site.set_identity(static_cast<std::uint64_t>(*identity));
  if (const LdJson* antenna = graph_->facet(node.json, "AntennaFacet"); antenna != nullptr) {
    if (const auto value = number(*antenna, "azimuth")) site.set_azimuth(*value);
    if (const auto value = number(*antenna, "horizontalBeamWidth")) site.set_beam_width(*value);
    if (const auto value = number(*antenna, "antennaHeight")) site.set_height_m(*value);
  }
  bool good = true;
  const LdJson* own = graph_->facet(node.json, "LatLongCoordinatesFacet");
  if (own != nullptr) take_position(*own, site);
  if (const auto found = places_.find(node.iri); found != places_.end()) {
    const LdJson* relationship = found->second;
    for (const LdJson* target : ld_values(*relationship, "target"))
      if (const LdJson* place = graph_->find(ld_reference(*target)); place != nullptr) {
        if (const LdJson* at = graph_->facet(*place, "LatLongCoordinatesFacet"); at != nullptr)
          take_position(*at, site);
        if (graph_->facet(*place, "SimpleAddressFacet") != nullptr)
          site.set_address(graph_->label(*target));
      }
    PALERMO_CHECK_OK(take_time(node, ld_text(*relationship, "startTime"), site.mutable_valid_from(),
                               &row.from_us, good));
    PALERMO_CHECK_OK(take_time(node, ld_text(*relationship, "endTime"), site.mutable_valid_to(),
                               &row.to_us, good));
  }
  *row.record.mutable_cell_site() = std::move(site);
  return keep(std::move(row), node, "cell sites");
}

void CaseReader::take_position(const LdJson& facet, v1::CellSite& site) {
  const auto latitude = number(facet, "latitude");
  const auto longitude = number(facet, "longitude");
  if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180) return;
  site.set_latitude(*latitude);
  site.set_longitude(*longitude);
}

}  // namespace palermo::ingest::detail
