#include "core/authorization/coverage.hpp"
#include "ingest/warrants/hi1_exchange.hpp"
#include "tests/unit/ingest_records/read.hpp"

using namespace palermo;

namespace {

using Known = std::map<std::string, authorization::StoredAuthorization>;

/// A message of one hour of 2024-03-01 and on; namespaces under prefixes of its own choice.
std::string message(const std::string& time, const std::string& actions) {
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n"
         "<m:HI1Message xmlns:m=\"http://uri.etsi.org/03120/common/2019/10/Core\" "
         "xmlns:x=\"http://www.w3.org/2001/XMLSchema-instance\" "
         "xmlns:p=\"http://uri.etsi.org/03120/common/2020/09/Authorisation\" "
         "xmlns:q=\"http://uri.etsi.org/03120/common/2020/09/Task\" "
         "xmlns:r=\"http://uri.etsi.org/03120/common/2020/09/"
         "Document\">\r\n<m:Header><m:Timestamp>" +
         time + "</m:Timestamp></m:Header><m:Payload><m:RequestPayload><m:ActionRequests>" +
         actions + "</m:ActionRequests></m:RequestPayload></m:Payload></m:HI1Message>\r\n";
}

std::string act(const std::string& verb, const std::string& type, const std::string& id,
                const std::string& inner, const std::string& others = "") {
  std::string associated;
  if (!others.empty())
    associated = "<AssociatedObjects><AssociatedObject>" + others +
                 "</AssociatedObject></AssociatedObjects>";
  return "<m:ActionRequest><m:ActionIdentifier>0</m:ActionIdentifier><m:" + verb +
         "><m:HI1Object x:type=\"" + type + "\"><ObjectIdentifier>" + id + "</ObjectIdentifier>" +
         associated + inner + "</m:HI1Object></m:" + verb + "></m:ActionRequest>";
}

std::string span(const std::string& name, const std::string& from, const std::string& to) {
  return "<" + name + "><StartTime>" + from + "</StartTime><EndTime>" + to + "</EndTime></" + name +
         ">";
}

const std::string kFrom = "2024-03-01T00:00:00Z";
const std::string kTo = "2024-04-01T00:00:00Z";

std::string warrant(const std::string& verb = "CREATE", const std::string& others = "",
                    const std::string& to = kTo, const std::string& more = "") {
  return act(verb, "p:AuthorisationObject", "auth",
             "<AuthorisationReference>W-1</AuthorisationReference>" +
                 span("AuthorisationTimespan", kFrom, to) + more,
             others);
}

std::string coded(const std::string& name, const std::string& value) {
  return "<" + name + "><Owner>ETSI</Owner><Name>n</Name><Value>" + value + "</Value></" + name +
         ">";
}

std::string document(const std::string& id = "doc", const std::string& more = "",
                     const std::string& at = "2024-02-29T10:00:00Z",
                     const std::string& type = "Warrant", const std::string& verb = "CREATE") {
  return act(verb, "r:DocumentObject", id,
             coded("DocumentType", type) +
                 "<DocumentSignature><ApproverDetails><ApproverRole>judge</ApproverRole>"
                 "</ApproverDetails><ApprovalTimestamp>" +
                 at + "</ApprovalTimestamp></DocumentSignature>" + more,
             "auth");
}

std::string identifier(const std::string& value) {
  return "<TargetIdentifierValue><FormatType><FormatOwner>ETSI</FormatOwner><FormatName>"
         "InternationalE164</FormatName></FormatType><Value>" +
         value + "</Value></TargetIdentifierValue>";
}

std::string task(const std::string& id, const std::string& number,
                 const std::string& delivery = "IRIandCC", const std::string& more = "",
                 const std::string& verb = "CREATE") {
  return act(verb, "q:LITaskObject", id,
             "<Reference>" + id + "</Reference><TargetIdentifier><TargetIdentifierValues>" +
                 identifier(number) + "</TargetIdentifierValues></TargetIdentifier>" +
                 coded("DeliveryType", delivery) + more,
             "auth");
}

const std::string kDay1 = "2024-03-01T00:00:00.000000Z";
const std::string kDay5 = "2024-03-05T00:00:00.000000Z";
const std::string kOne = "447700900001";
const std::string kTwo = "447700900002";

struct Case {
  Known known;
  std::vector<std::string> notices;
  std::string error;

  /// Applies messages and keeps what they made, as the command does.
  void add(const std::vector<std::string>& texts) {
    std::vector<ingest::Hi1Message> messages;
    error.clear();
    notices.clear();
    for (const std::string& text : texts) {
      auto read = ingest::read_hi1(text, "m.xml");
      if (!read) {
        error = std::to_string(read.error().where->line) + ": " + read.error().message;
        return;
      }
      messages.push_back(*std::move(read));
    }
    auto outcome = ingest::apply_hi1(std::move(messages), known);
    if (!outcome) {
      error = outcome.error().message;
      return;
    }
    notices = outcome->notices;
    for (const ingest::Hi1Change& change : outcome->authorizations)
      known[change.authorization.id()].authorization = change.authorization;
  }
  bool told(const std::string& part) const {
    return std::any_of(notices.begin(), notices.end(), [&](const std::string& notice) {
      return notice.find(part) != std::string::npos;
    });
  }
  const v1::Authorization& at(const std::string& id = "W-1") const {
    return known.at(id).authorization;
  }
  /// The code of a product of that day of March: empty when covered.
  std::string check(const std::string& number, int day,
                    authorization::DataType type = authorization::DataType::Content,
                    const std::string& id = "W-1") const {
    const auto coverage = authorization::Coverage::compile(at(id));
    REQUIRE(coverage.ok());
    const std::int64_t us = core::civil_to_us(2024, 3, 1, 12, 0, 0) + (day - 1) * core::kUsPerDay;
    return std::string{coverage->check(type, us, us, {"+" + number})};
  }
};

}  // namespace

TEST_CASE("HI-1: a warrant with document and task covers its target and no other", "[warrants]") {
  Case file;
  file.add({message(kDay1, warrant() + document() + task("LIID1", kOne))});
  REQUIRE(file.error.empty());
  CHECK(file.at().invalid_reason().empty());
  CHECK(file.at().granted_at() == "2024-02-29T10:00:00Z");
  CHECK(file.at().authorizer().role() == "judge");
  CHECK(file.check(kOne, 10).empty());
  CHECK(file.check(kTwo, 10) == "SC01");
  CHECK(file.check(kOne, 40) == "AU02");
  CHECK(file.check(kOne, 10, authorization::DataType::Location) == "SC04");
}

TEST_CASE("HI-1: without an approved warrant or a task nothing is covered", "[warrants]") {
  const auto reason = [](const std::string& actions) {
    Case file;
    file.add({message(kDay1, warrant() + actions)});
    REQUIRE(file.error.empty());
    CHECK(file.check(kOne, 10) == "AU02");
    CHECK(authorization::status_at(file.at(), 0)->status == "invalid");
    return file.at().invalid_reason();
  };
  const std::string li = task("LIID1", kOne);
  CHECK(reason(li) == "it is not associated with a warrant document");
  CHECK(reason(li + document("doc", "", "2024-02-29T10:00:00Z", "Letter")) ==
        "no document associated with it is an approved warrant in force");
  CHECK(reason(li + act("CREATE", "r:DocumentObject", "doc", coded("DocumentType", "Warrant"),
                        "auth")) ==
        "no document associated with it is an approved warrant in force");
  CHECK(reason(li + document("doc", coded("DocumentDesiredStatus", "Rejected"))) ==
        "no document associated with it is an approved warrant in force");
  CHECK(reason(document()) ==
        "no valid task names what is to be intercepted or disclosed, and of whom");
  CHECK(reason(document() + task("LIID1", kOne, "National")) ==
        "no valid task names what is to be intercepted or disclosed, and of whom");
  Case test_run;
  test_run.add(
      {message(kDay1, warrant("CREATE", "", kTo,
                              "<AuthorisationFlags>" + coded("AuthorisationFlag", "IsTest") +
                                  "</AuthorisationFlags>") +
                          document() + li)});
  CHECK(test_run.at().invalid_reason() == "it is marked as a test");
}

TEST_CASE("HI-1: the delivery type is the data type, the narrowest of several", "[warrants]") {
  Case traffic;
  traffic.add({message(kDay1, warrant() + document() + task("LIID1", kOne, "IRIOnly"))});
  CHECK(traffic.check(kOne, 10) == "SC04");
  CHECK(traffic.check(kOne, 10, authorization::DataType::Traffic).empty());
  Case both;
  both.add({message(
      kDay1, warrant() + document() + task("LIID1", kOne, "IRIOnly") + task("LIID2", kTwo))});
  CHECK(both.check(kTwo, 10) == "SC04");
  CHECK(both.told("only traffic data is taken"));
}

TEST_CASE("HI-1: an update replaces the members it names and leaves the others", "[warrants]") {
  Case file;
  file.add({message(kDay1, warrant() + document() + task("LIID1", kOne))});
  file.add({message(kDay5, task("LIID1", kTwo, "IRIandCC", "", "UPDATE"))});
  REQUIRE(file.error.empty());
  // The number of before is a target until the message, the new one since.
  CHECK(file.check(kOne, 3).empty());
  CHECK(file.check(kOne, 10) == "SC01");
  CHECK(file.check(kTwo, 3) == "SC01");
  CHECK(file.check(kTwo, 10).empty());
  const auto& objects = file.at().handover();
  const auto found = std::find_if(objects.begin(), objects.end(),
                                  [](const auto& o) { return o.object_id() == "LIID1"; });
  REQUIRE(found != objects.end());
  CHECK(found->generation() == 2);
  CHECK(found->targets_size() == 1);
  // An update that is older than the last change does nothing.
  file.add({message("2024-03-04T00:00:00.000000Z", task("LIID1", kOne, "IRIOnly", "", "UPDATE"))});
  CHECK(file.told("older than its last change"));
  CHECK(file.check(kTwo, 10).empty());
  // Nor one that is written for a generation that is past.
  file.add({message("2024-03-06T00:00:00.000000Z",
                    act("UPDATE", "q:LITaskObject", "LIID1", "<Generation>1</Generation>"))});
  CHECK(file.told("generation 1, which is past"));
}

TEST_CASE("HI-1: a later end is a renewal and cures no gap", "[warrants]") {
  Case file;
  file.add({message(
      kDay1, warrant("CREATE", "", "2024-03-10T00:00:00Z") + document() + task("LIID1", kOne))});
  file.add(
      {message("2024-03-20T00:00:00.000000Z", act("UPDATE", "p:AuthorisationObject", "auth",
                                                  span("AuthorisationTimespan", kFrom, kTo)))});
  CHECK(file.check(kOne, 5).empty());
  CHECK(file.check(kOne, 15) == "AU04");
  CHECK(file.check(kOne, 25).empty());
}

TEST_CASE("HI-1: a renewal that an officer recorded stands when a message adds a task",
          "[warrants]") {
  Case file;
  file.add({message(
      kDay1, warrant("CREATE", "", "2024-03-10T00:00:00Z") + document() + task("LIID1", kOne))});
  auto& renewal = *file.known.at("W-1").authorization.add_renewals();
  renewal.set_granted_at("2024-03-04T00:00:00Z");
  renewal.set_expires_at(kTo);
  file.add({message(kDay5, task("LIID2", kTwo))});
  REQUIRE(file.error.empty());
  CHECK(file.at().renewals_size() == 1);
  CHECK(file.check(kOne, 8).empty());
  CHECK(file.at().renewals(0).expires_at() == kTo);
}

TEST_CASE("HI-1: the warrant document bounds the authorisation", "[warrants]") {
  Case file;
  file.add({message(
      kDay1, warrant() + document("doc", span("DocumentTimespan", kFrom, "2024-03-15T00:00:00Z")) +
                 task("LIID1", kOne))});
  CHECK(file.told("its warrant only until 2024-03-15T00:00:00Z"));
  CHECK(file.check(kOne, 10).empty());
  CHECK(file.check(kOne, 20) == "AU02");
}

TEST_CASE("HI-1: what a task asks for beyond its authorisation is named and not taken",
          "[warrants]") {
  Case file;
  file.add(
      {message(kDay1, warrant() + document() +
                          task("LIID1", kOne, "IRIandCC",
                               span("Timespan", "2024-02-28T12:00:00Z", "2024-04-30T00:00:00Z")))});
  CHECK(file.told("LIID1 asks for 1 day 12 hours more than authorisation W-1 covers"));
  CHECK(file.told("LIID1 asks for 29 days more than authorisation W-1 covers"));
  REQUIRE(file.at().targets_size() == 1);
  CHECK(file.at().targets(0).from() == kFrom);
  CHECK(file.at().targets(0).to() == kTo);
}

TEST_CASE("HI-1: cancelling ends, and product of before stays covered", "[warrants]") {
  Case file;
  file.add({message(kDay1, warrant() + document() + task("LIID1", kOne))});
  file.add({message(kDay5, act("UPDATE", "p:AuthorisationObject", "auth",
                               coded("AuthorisationDesiredStatus", "Cancelled")))});
  CHECK(file.at().cancelled_at() == kDay5);
  CHECK(file.check(kOne, 3).empty());
  CHECK(file.check(kOne, 10) == "AU02");
  file.add({message("2024-03-08T00:00:00.000000Z",
                    act("UPDATE", "p:AuthorisationObject", "auth",
                        coded("AuthorisationDesiredStatus", "Approved")))});
  CHECK(file.check(kOne, 10) == "AU02");
  Case withdrawn;
  withdrawn.add({message(kDay1, warrant() + document() + task("LIID1", kOne)),
                 message(kDay5, document("doc", coded("DocumentDesiredStatus", "Cancelled"),
                                         "2024-02-29T10:00:00Z", "Warrant", "UPDATE"))});
  CHECK(withdrawn.check(kOne, 3).empty());
  CHECK(withdrawn.check(kOne, 10) == "AU02");
}

TEST_CASE("HI-1: a living number or object is not made twice", "[warrants]") {
  Case file;
  file.add({message(kDay1, warrant() + document() + task("LIID1", kOne))});
  const std::string before = file.at().SerializeAsString();
  file.add({message(kDay5, warrant())});
  CHECK(file.error.find("CREATE of object auth") != std::string::npos);
  file.add({message(kDay5, act("CREATE", "p:AuthorisationObject", "other",
                               "<AuthorisationReference>W-1</AuthorisationReference>"))});
  CHECK(file.error.find("'W-1' exists already") != std::string::npos);
  file.add({message(kDay5, act("CREATE", "p:AuthorisationObject", "other", ""))});
  CHECK(file.error.find("without AuthorisationReference") != std::string::npos);
  CHECK(file.at().SerializeAsString() == before);
}

TEST_CASE("HI-1: a document that comes later completes what waited for it", "[warrants]") {
  Case file;
  file.add({message(kDay1, warrant("CREATE", "doc") + task("LIID1", kOne))});
  CHECK(file.told("names object doc, which no message here has made"));
  CHECK(file.check(kOne, 10) == "AU02");
  file.add({message(kDay5, document())});
  CHECK(file.check(kOne, 10).empty());
}

TEST_CASE("HI-1: damaged and foreign messages are refused with their line", "[warrants]") {
  Case file;
  file.add({message(kDay1, act("CREATE", "zz:AuthorisationObject", "auth", ""))});
  CHECK(file.error.find("prefix that is not declared (zz:AuthorisationObject)") !=
        std::string::npos);
  file.add({message("2024-03-01T00:00:00", warrant())});
  CHECK(file.error.find("Timestamp") != std::string::npos);
  file.add({message(kDay1, act("CREATE", "p:AuthorisationObject", "auth",
                               span("AuthorisationTimespan", "2024-03-01T00:00:00", kTo)))});
  CHECK(file.error.find("StartTime") != std::string::npos);
  file.add({message(kDay1, "")});
  CHECK(file.error.find("no action") != std::string::npos);
  file.add({"<a/>"});
  CHECK(file.error.find("the root element is a") != std::string::npos);
  file.add({"<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///nowhere\">]><HI1Message>&y;</HI1Message>"});
  CHECK(file.error.find("DOCTYPE") != std::string::npos);
  file.add({message(kDay1, warrant()).substr(0, 900)});
  CHECK(file.error.find("not well-formed") != std::string::npos);
  CHECK(file.known.empty());
}

TEST_CASE("HI-1: objects of another namespace or kind are told, not guessed", "[warrants]") {
  Case file;
  // A task's namespace does not make an authorisation.
  file.add({message(kDay1, act("CREATE", "q:AuthorisationObject", "auth", ""))});
  CHECK(file.error.empty());
  CHECK(file.told("CREATE of a AuthorisationObject is not read"));
  CHECK(file.known.empty());
}
