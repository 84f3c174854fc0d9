#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;
using test::has_notice;
using test::read;
using test::refusal;

namespace {

std::string message(const std::string& type, const std::string& inner,
                    const std::string& time = "2024-03-01T09:00:00.000000Z",
                    const std::string& version = "v1.6.1") {
  static int transaction = 0;
  return "<a:x1RequestMessage xsi:type=\"a:" + type +
         "\">\n<a:admfIdentifier>ADMF</a:admfIdentifier>"
         "<a:neIdentifier>NE1</a:neIdentifier><a:messageTimestamp>" +
         time + "</a:messageTimestamp><a:version>" + version + "</a:version><a:x1TransactionId>T" +
         std::to_string(++transaction) + "</a:x1TransactionId>" + inner + "</a:x1RequestMessage>\n";
}

std::string request(const std::string& messages) {
  return "<?xml version=\"1.0\"?>\n<a:X1Request xmlns:a=\"http://uri.etsi.org/03221/X1/2017/10\" "
         "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n" +
         messages + "</a:X1Request>\n";
}

std::string task(const std::string& id, const std::string& targets,
                 const std::string& delivery = "X2andX3") {
  return "<a:taskDetails><a:xId>" + id + "</a:xId><a:targetIdentifiers>" + targets +
         "</a:targetIdentifiers><a:deliveryType>" + delivery + "</a:deliveryType></a:taskDetails>";
}

std::string target(const std::string& kind, const std::string& value) {
  return "<a:targetIdentifier><a:" + kind + ">" + value + "</a:" + kind + "></a:targetIdentifier>";
}

const std::string kNumber = target("e164Number", "447700900001");

}  // namespace

TEST_CASE("X1: a task from its activation to its end", "[ingest][x1]") {
  const auto batch = read(
      "etsi_x1",
      request(
          message("ActivateTaskRequest", task("X-1", kNumber + target("imsi", "001010000000001"))) +
          message("ModifyTaskRequest", task("X-1", kNumber, "X2Only"),
                  "2024-03-02T09:00:00.000000Z") +
          message("PingRequest", "") +
          message("DeactivateTaskRequest", "<a:xId>X-1</a:xId>", "2024-03-05T09:00:00.000000Z")));
  REQUIRE(batch.rows.size() == 3);
  const auto& begun = batch.rows[0].record.technique_use();
  CHECK(begun.use_id() == "X-1");
  CHECK(begun.kind() == "content_interception");
  CHECK(begun.started_at() == "2024-03-01T09:00:00.000000Z");
  CHECK(begun.ended_at().empty());
  REQUIRE(begun.targets_size() == 2);
  CHECK(begun.targets(0) == "+447700900001");
  CHECK(begun.targets(1) == "imsi:001010000000001");
  CHECK(begun.operators(0) == "ADMF");
  CHECK(begun.place() == "NE1");
  CHECK(batch.rows[0].identifiers.size() == 2);
  CHECK(batch.rows[0].identifiers[1].kind == "imsi");
  CHECK_FALSE(batch.rows[0].data_type.has_value());
  const auto& changed = batch.rows[1].record.technique_use();
  CHECK(changed.kind() == "traffic_data");
  CHECK(changed.use_id().starts_with("X-1/"));
  const auto& ended = batch.rows[2].record.technique_use();
  CHECK(ended.started_at() == "2024-03-02T09:00:00.000000Z");
  CHECK(ended.ended_at() == "2024-03-05T09:00:00.000000Z");
  CHECK(ended.targets(0) == "+447700900001");
  CHECK(*batch.rows[2].to_us - *batch.rows[2].from_us == 3 * core::kUsPerDay);
  REQUIRE(batch.rejects.size() == 1);
  CHECK(batch.rejects[0].code() == "X1_PING");
  CHECK(has_notice(batch, "names no warrant"));
}

TEST_CASE("X1: an end whose beginning is in another file stands alone", "[ingest][x1]") {
  const auto batch =
      read("etsi_x1", request(message("DeactivateTaskRequest", "<a:xId>X-1</a:xId>")));
  REQUIRE(batch.rows.size() == 1);
  CHECK(batch.rows[0].record.technique_use().started_at().empty());
  CHECK(batch.rows[0].from_us == batch.rows[0].to_us);
}

TEST_CASE("X1: what an order lacks rejects it with its code", "[ingest][x1]") {
  const auto batch = read(
      "etsi_x1",
      request(message("ActivateTaskRequest", task("", kNumber)) +
              message("ActivateTaskRequest", task("X-1", "")) +
              message("ActivateTaskRequest", task("X-1", kNumber, "X9")) +
              message("ActivateTaskRequest", task("X-1", kNumber), "yesterday") +
              message("ActivateTaskRequest", task("X-1", kNumber), "2024-03-01T09:00:00Z", "BAD") +
              message("CreateDestinationRequest", "") + message("ReportNEIssueRequest", "") +
              message("GetAllDetailsRequest", "") + message("HarvestRequest", "")));
  std::string codes;
  for (const v1::Reject& reject : batch.rejects) codes += reject.code() + " ";
  CHECK(codes ==
        "MISSING_X_ID MISSING_TARGET UNKNOWN_DELIVERY BAD_TIME BAD_VERSION X1_DESTINATION "
        "X1_REPORT X1_DETAILS X1_OTHER ");
  CHECK(batch.rows.empty());
}

TEST_CASE("X1: a file without an order is refused and says what it holds", "[ingest][x1]") {
  CHECK(refusal("etsi_x1", request(message("PingRequest", "") + message("PingRequest", ""))) ==
        "0: no order for a task: the file holds 2 PingRequest");
  CHECK(refusal("etsi_x1", request("")) == "2: an X1Request without a message");
  CHECK(refusal("etsi_x1",
                "<X1TopLevelErrorResponse xmlns=\"http://uri.etsi.org/03221/X1/2017/10\"/>")
            .find("top-level error") != std::string::npos);
  // A response repeats tasks, but orders nothing.
  CHECK(refusal("etsi_x1",
                "<X1Response xmlns=\"http://uri.etsi.org/03221/X1/2017/10\" "
                "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><x1ResponseMessage "
                "xsi:type=\"ActivateTaskRequest\"/></X1Response>")
            .find("no order for a task") != std::string::npos);
}

TEST_CASE("X1: a DOCTYPE is refused, and told as X1", "[ingest][x1]") {
  const std::string hostile =
      "<?xml version=\"1.0\"?>\n<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///nowhere\">]>\n"
      "<X1Request xmlns=\"http://uri.etsi.org/03221/X1/2017/10\">&x;</X1Request>";
  CHECK(test::detected(hostile) == "etsi_x1");
  CHECK(refusal("etsi_x1", hostile).find("DOCTYPE") != std::string::npos);
  CHECK(test::detected(request(message("PingRequest", ""))) == "etsi_x1");
}
