#include "ingest/warrants/hi1_exchange.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "core/authorization/coverage.hpp"
#include "core/base/text.hpp"
#include "core/base/time.hpp"
#include "ingest/records/text_input.hpp"

namespace palermo::ingest {
namespace {

using Object = v1::Authorization::HandoverObject;
using core::printable;
using core::Result;
using core::Status;

constexpr std::size_t kNowhere = std::numeric_limits<std::size_t>::max();
constexpr std::int64_t kOpen = std::numeric_limits<std::int64_t>::max();

bool is_authorisation(const Object& object) { return object.type() == "AuthorisationObject"; }
bool is_document(const Object& object) { return object.type() == "DocumentObject"; }
bool is_task(const Object& object) { return !is_authorisation(object) && !is_document(object); }

std::string_view word_for(const Object& object) {
  if (is_authorisation(object)) return "authorisation";
  if (is_document(object)) return "document";
  if (object.type() == "LITaskObject") return "interception task";
  return object.type() == "LDTaskObject" ? "disclosure task" : "object";
}

std::string name_of(const Object& object) {
  return fmt::format(
      "{} {}", word_for(object),
      printable(object.reference().empty() ? object.object_id() : object.reference(), 60));
}

/// A time that was checked when the message was read; `absent` where there is none.
std::int64_t us_of(const std::string& text, std::int64_t absent) {
  if (text.empty()) return absent;
  const auto read = core::parse_instant(text);
  return read ? read->us : absent;
}

std::string duration_text(std::int64_t us) {
  const std::int64_t days = us / core::kUsPerDay;
  const std::int64_t hours = us % core::kUsPerDay / (60 * core::kUsPerMinute);
  const std::int64_t minutes = us % (60 * core::kUsPerMinute) / core::kUsPerMinute;
  std::string out;
  const auto add = [&out](std::int64_t count, std::string_view unit) {
    if (count == 0) return;
    out += fmt::format("{}{} {}{}", out.empty() ? "" : " ", count, unit, count == 1 ? "" : "s");
  };
  add(days, "day");
  add(hours, "hour");
  add(minutes, "minute");
  return out.empty() ? "less than a minute" : out;
}

/// Words that end what they are said of. Asking for them is enough: it only ever narrows.
bool ends(std::string_view desired) {
  return desired == "Cancelled" || desired == "Suspended" || desired == "Rejected" ||
         desired == "Expired" || desired == "Invalid";
}

bool has_flag(const Object& object, std::string_view word) {
  return std::find(object.flags().begin(), object.flags().end(), word) != object.flags().end();
}

/// How much a task asks for: 0 nothing this program knows, 1 traffic data, 2 content.
int level_of(const Object& task) {
  if (task.type() == "LDTaskObject" || task.delivery_type() == "IRIOnly") return 1;
  return task.delivery_type() == "CCOnly" || task.delivery_type() == "IRIandCC" ? 2 : 0;
}

struct Item {
  Object object;
  std::vector<std::size_t> out;         // objects it names, as they were when it named them
  std::vector<std::string> unresolved;  // UUIDs it names that no message has made so far
  std::string authorization_id;         // of an authorisation: its id in the case
  std::int64_t created_us = 0;
  std::int64_t changed_us = 0;
  bool touched = false;  // by the message at hand
};

struct Grant {
  std::int64_t at_us = 0;
  std::string at;
  std::int64_t from_us = 0;
  std::int64_t to_us = 0;
  std::string to;  // empty: the document names no end of its own
  bool own_end = false;
};

class Exchange {
 public:
  explicit Exchange(const std::map<std::string, authorization::StoredAuthorization>& known) {
    for (const auto& [id, stored] : known) {
      results_[id] = {stored.authorization, false, false};
      load(id, stored.authorization);
    }
  }

  Status apply(const Hi1Message& message) {
    message_ = &message;
    for (Item& item : items_) item.touched = false;
    if (message.is_signed) note("the message is signed; the signature is not checked here");
    if (!message.error.empty())
      note(fmt::format("the receiver could not process a message: error {}; nothing was changed",
                       printable(message.error, 120)));
    for (const Hi1Action& action : message.actions) PALERMO_CHECK_OK(apply(action));
    for (std::size_t i = 0; i < items_.size(); ++i) resolve(i);
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (is_authorisation(items_[i].object) && concerned(i)) PALERMO_CHECK_OK(derive(i));
    return core::ok();
  }

  Hi1Outcome finish() {
    for (const Item& item : items_) {
      for (const std::string& id : item.unresolved)
        if (item.changed_us >= first_us_ && fresh_.contains(item.object.object_id()))
          outcome_.notices.push_back(
              fmt::format("{} names object {}, which no message here has made",
                          name_of(item.object), printable(id, 40)));
      if (!is_authorisation(item.object) && fresh_.contains(item.object.object_id()) &&
          authorisations_of(index_of(item)).empty())
        outcome_.notices.push_back(
            fmt::format("{} is tied to no authorisation of these messages or of the case: it is "
                        "not kept and permits nothing; add it together with the message that ties "
                        "it",
                        name_of(item.object)));
    }
    for (const std::string& id : order_) outcome_.authorizations.push_back(results_.at(id));
    return std::move(outcome_);
  }

  void starts_at(std::int64_t us) { first_us_ = us; }

 private:
  // What the case knows.

  void load(const std::string& id, const v1::Authorization& authorization) {
    std::vector<std::size_t> group;
    for (const Object& object : authorization.handover()) {
      const std::int64_t created = us_of(object.created_at(), 0);
      std::size_t at = kNowhere;
      for (std::size_t i = 0; i < items_.size(); ++i)
        if (items_[i].object.object_id() == object.object_id() && items_[i].created_us == created)
          at = i;
      if (at == kNowhere) {
        at = items_.size();
        Item item;
        item.object = object;
        item.created_us = created;
        item.changed_us = us_of(object.changed_at(), created);
        items_.push_back(std::move(item));
      }
      if (is_authorisation(object)) items_[at].authorization_id = id;
      group.push_back(at);
    }
    // Those that stand in one authorization were tied to each other when it was written.
    for (const std::size_t from : group)
      for (const std::size_t to : group)
        if (from != to && names(items_[from].object, items_[to].object.object_id())) link(from, to);
    for (const std::size_t at : group)
      for (const std::string& named : items_[at].object.associated()) {
        const bool resolved = std::any_of(group.begin(), group.end(), [&](std::size_t i) {
          return items_[i].object.object_id() == named;
        });
        auto& open = items_[at].unresolved;
        if (!resolved && std::find(open.begin(), open.end(), named) == open.end())
          open.push_back(named);
      }
  }

  static bool names(const Object& object, const std::string& id) {
    return std::find(object.associated().begin(), object.associated().end(), id) !=
           object.associated().end();
  }

  void link(std::size_t from, std::size_t to) {
    auto& out = items_[from].out;
    if (std::find(out.begin(), out.end(), to) == out.end()) out.push_back(to);
  }

  std::size_t index_of(const Item& item) const {
    return static_cast<std::size_t>(&item - items_.data());
  }

  /// The object of that UUID as it stood at the message's time: the last one made before it.
  std::size_t current(const std::string& id) const {
    std::size_t found = kNowhere;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (items_[i].object.object_id() == id && items_[i].created_us <= message_->at_us &&
          (found == kNowhere || items_[i].created_us > items_[found].created_us))
        found = i;
    return found;
  }

  std::vector<std::size_t> neighbours(std::size_t at) const {
    std::vector<std::size_t> all = items_[at].out;
    for (std::size_t i = 0; i < items_.size(); ++i)
      if (std::find(items_[i].out.begin(), items_[i].out.end(), at) != items_[i].out.end() &&
          std::find(all.begin(), all.end(), i) == all.end())
        all.push_back(i);
    std::sort(all.begin(), all.end());
    return all;
  }

  std::vector<std::size_t> authorisations_of(std::size_t at) const {
    std::vector<std::size_t> all = neighbours(at);
    std::erase_if(all, [this](std::size_t i) { return !is_authorisation(items_[i].object); });
    return all;
  }

  bool concerned(std::size_t authorisation) const {
    if (items_[authorisation].touched) return true;
    const auto near = neighbours(authorisation);
    return std::any_of(near.begin(), near.end(),
                       [this](std::size_t i) { return items_[i].touched; });
  }

  void resolve(std::size_t at) {
    std::vector<std::string> wanted;
    if (items_[at].touched) {
      items_[at].out.clear();
      for (const std::string& id : items_[at].object.associated()) wanted.push_back(id);
    } else {
      wanted = items_[at].unresolved;
    }
    items_[at].unresolved.clear();
    for (const std::string& id : wanted) {
      // What has ended waits for nothing: the identifier may be somebody else's by now.
      const bool waits = items_[at].touched || lives_until(at) >= message_->at_us;
      const std::size_t found = waits ? current(id) : kNowhere;
      if (found == kNowhere) {
        items_[at].unresolved.push_back(id);
      } else if (found != at) {
        // A late answer to an earlier question touches what it completes.
        if (!items_[at].touched) items_[at].touched = true;
        link(at, found);
      }
    }
  }

  // One action.

  void note(std::string text) {
    outcome_.notices.push_back(
        fmt::format("message of {}: {}", printable(message_->timestamp, 40), text));
  }

  core::Error contradiction(const Hi1Action& action, std::string why, std::string next) const {
    core::Error error =
        bad_input(action.line, fmt::format("line {}: {}", action.line, why), std::move(next));
    error.where->file = message_->file;
    return error;
  }

  Status apply(const Hi1Action& action) {
    if (message_->response) return tell_response(action), core::ok();
    // Only the verbs of the standard change something; any other is told, never guessed.
    if (action.verb == "CREATE" && action.has_object) return create(action);
    if (action.verb == "UPDATE" && action.has_object) return update(action);
    if (action.verb == "CANCEL" || action.verb == "DELETE") return end(action);
    note(fmt::format("{} asks a question or delivers something; it changes nothing",
                     printable(action.verb, 20)));
    return core::ok();
  }

  void tell_response(const Hi1Action& action) {
    std::string text = fmt::format("an answer of {} ({})", printable(message_->sender, 40),
                                   printable(action.verb, 30));
    if (action.has_object && action.known_type) {
      text += fmt::format(" states that {}", name_of(action.object));
      if (action.stated_generation)
        text += fmt::format(", generation {},", *action.stated_generation);
      if (!action.stated_status.empty())
        text += fmt::format(" is {}", printable(action.stated_status, 40));
      else
        text += " is there";
    } else if (!action.identifier.empty()) {
      text += fmt::format(" about object {}", printable(action.identifier, 40));
    }
    if (!action.error.empty()) text += fmt::format(": error {}", printable(action.error, 160));
    note(text + "; an answer changes nothing");
  }

  void tell_left_out(const Hi1Action& action) {
    if (!action.stated_status.empty())
      note(fmt::format("{} states its own status {}; only the receiver sets it, it is not taken",
                       name_of(action.object), printable(action.stated_status, 40)));
    if (action.left_out.empty()) return;
    std::vector<std::string> shown;
    for (const std::string& each : action.left_out) shown.push_back(printable(each, 60));
    note(fmt::format("{}: no place here for {}; it stands in the message only",
                     name_of(action.object), fmt::join(shown, ", ")));
  }

  Status create(const Hi1Action& action) {
    if (!action.known_type) {
      note(fmt::format("CREATE of a {} is not read: it is no authorisation, task or document",
                       printable(action.object.type(), 60)));
      return core::ok();
    }
    if (const std::size_t old = current(action.identifier); old != kNowhere) {
      if (items_[old].created_us == message_->at_us) {
        if (fresh_.contains(action.identifier) && items_[old].touched)
          return contradiction(
              action, fmt::format("object {} is created twice", printable(action.identifier, 40)),
              "the file is damaged; ask for it again; nothing was stored");
        note(fmt::format("{} was made by this very message before; it is not applied again",
                         name_of(items_[old].object)));
        remember(old);
        return core::ok();
      }
      if (const std::int64_t until = lives_until(old); until >= message_->at_us)
        return contradiction(
            action,
            fmt::format(
                "CREATE of object {}, which {} has since {}{}", printable(action.identifier, 40),
                name_of(items_[old].object), printable(items_[old].object.created_at(), 40),
                until == kOpen ? std::string{} : fmt::format(" until {}", core::format_utc(until))),
            "an object that lives is changed by UPDATE; nothing was stored");
      note(
          fmt::format("object {} was {} until {}; this message makes another one under the same "
                      "identifier, unrelated to it",
                      printable(action.identifier, 40), name_of(items_[old].object),
                      core::format_utc(lives_until(old))));
    }
    Item item;
    item.object = action.object;
    item.object.set_created_at(message_->timestamp);
    item.object.set_changed_at(message_->timestamp);
    item.object.set_generation(1);
    item.created_us = item.changed_us = message_->at_us;
    item.touched = true;
    settle_end(item);
    if (is_authorisation(item.object)) {
      PALERMO_TRY(item.authorization_id, new_id(action));
    }
    fresh_.insert(action.identifier);
    items_.push_back(std::move(item));
    note(fmt::format("CREATE {} (object {})", name_of(action.object),
                     printable(action.identifier, 40)));
    tell_left_out(action);
    return core::ok();
  }

  /// When the last authorization that an object serves ends; 0 where it serves none.
  std::int64_t lives_until(std::size_t at) const {
    std::vector<std::size_t> served = authorisations_of(at);
    if (is_authorisation(items_[at].object)) served = {at};
    std::int64_t until = 0;
    for (const std::size_t i : served) {
      const Object& object = items_[i].object;
      until = std::max(until, std::min(us_of(object.to(), kOpen), us_of(object.ended_at(), kOpen)));
    }
    return until;
  }

  /// The number of the instrument. Where an older one of that number has ended, the day of the
  /// message tells them apart.
  Result<std::string> new_id(const Hi1Action& action) {
    const std::string& reference = action.object.reference();
    if (reference.empty())
      return contradiction(action, "an authorisation without AuthorisationReference",
                           "its number is its id here; ask for it; nothing was stored");
    std::string id = reference;
    for (int attempt = 0; attempt < 2; ++attempt) {
      const auto found = results_.find(id);
      if (found == results_.end()) break;
      const v1::Authorization& old = found->second.authorization;
      std::int64_t until = kOpen;
      const auto coverage = authorization::Coverage::compile(old);
      if (coverage && !coverage->periods().empty())
        until = coverage->periods().back().to_us;
      else if (!old.expires_at().empty())
        until = us_of(old.expires_at(), kOpen);
      std::int64_t since = us_of(old.effective_from(), 0);
      if (coverage && !coverage->periods().empty()) since = coverage->periods().front().from_us;
      const bool apart = until < message_->at_us || since > us_of(action.object.to(), kOpen);
      if (attempt == 1 || !apart)
        return contradiction(
            action,
            fmt::format("authorization '{}' exists already and is another one", printable(id, 60)),
            "a number is unique while the instrument of that number lives; an instrument is "
            "changed by UPDATE of its object; nothing was stored");
      id = fmt::format("{}@{}", reference, core::format_date(core::date_of(message_->at_us)));
      note(
          fmt::format("authorization {} is another one of that number, in force from {} to {}; "
                      "this one is kept as {}",
                      printable(reference, 60), core::format_utc(since), core::format_utc(until),
                      printable(id, 80)));
    }
    results_[id] = {{}, true, true};
    results_[id].authorization.set_id(id);
    return id;
  }

  Status update(const Hi1Action& action) {
    if (!action.known_type) {
      note(fmt::format("UPDATE of a {} is not read: it is no authorisation, task or document",
                       printable(action.object.type(), 60)));
      return core::ok();
    }
    const std::size_t at = target_of(action);
    if (at == kNowhere) return core::ok();
    Item& item = items_[at];
    if (item.object.type() != action.object.type())
      return contradiction(
          action,
          fmt::format("UPDATE of object {} as {}, but it is {}", printable(action.identifier, 40),
                      word_for(action.object), name_of(item.object)),
          "the file is damaged; ask for it again; nothing was stored");
    if (action.stated_generation && *action.stated_generation < item.object.generation()) {
      note(fmt::format("UPDATE of {} is written for generation {}, which is past; not applied",
                       name_of(item.object), *action.stated_generation));
      return core::ok();
    }
    replace_members(item.object, action);
    touch(item);
    settle_end(item);
    std::vector<std::string> names;
    for (const std::string& name : action.members)
      if (name != "ObjectIdentifier") names.push_back(printable(name, 60));
    note(fmt::format("UPDATE {}: generation {}, replaced {}", name_of(item.object),
                     item.object.generation(), fmt::join(names, ", ")));
    tell_left_out(action);
    return core::ok();
  }

  Status end(const Hi1Action& action) {
    const std::size_t at = target_of(action);
    if (at == kNowhere) return core::ok();
    Item& item = items_[at];
    if (item.object.ended_at().empty()) item.object.set_ended_at(message_->timestamp);
    touch(item);
    note(fmt::format("{} of {}: it ends with this message", printable(action.verb, 20),
                     name_of(item.object)));
    return core::ok();
  }

  /// The object an action changes; told where there is none, or where it is newer than the message.
  std::size_t target_of(const Hi1Action& action) {
    const std::size_t at = current(action.identifier);
    if (at == kNowhere) {
      note(fmt::format("{} of object {}, which no message here has made; not applied",
                       printable(action.verb, 20), printable(action.identifier, 40)));
      return kNowhere;
    }
    if (!items_[at].touched && items_[at].changed_us >= message_->at_us) {
      remember(at);
      note(fmt::format(
          "{} of {} is {}; not applied", printable(action.verb, 20), name_of(items_[at].object),
          items_[at].changed_us == message_->at_us
              ? "in the case already"
              : "older than its last change, of " + printable(items_[at].object.changed_at(), 40)));
      return kNowhere;
    }
    return at;
  }

  void touch(Item& item) {
    item.object.set_generation(item.object.generation() + 1);
    item.object.set_changed_at(message_->timestamp);
    item.changed_us = message_->at_us;
    item.touched = true;
    fresh_.insert(item.object.object_id());
  }

  /// An update replaces each member that it states, whole, and leaves the others.
  static void replace_members(Object& object, const Hi1Action& action) {
    const Object& stated = action.object;
    const auto has = [&action](std::string_view name) {
      return action.members.contains(std::string{name});
    };
    if (has("AssociatedObjects")) *object.mutable_associated() = stated.associated();
    if (has("CountryCode")) object.set_country(stated.country());
    if (has("OwnerIdentifier")) object.set_owner(stated.owner());
    if (has("AuthorisationReference") || has("Reference") || has("DocumentReference"))
      object.set_reference(stated.reference());
    if (has("AuthorisationDesiredStatus") || has("DesiredStatus") || has("DocumentDesiredStatus"))
      object.set_desired_status(stated.desired_status());
    if (has("AuthorisationTimespan") || has("Timespan") || has("DocumentTimespan") ||
        has("RequestDetails")) {
      object.set_from(stated.from());
      object.set_to(stated.to());
    }
    if (has("TargetIdentifier") || has("RequestDetails"))
      *object.mutable_targets() = stated.targets();
    if (has("DeliveryType")) object.set_delivery_type(stated.delivery_type());
    if (has("DocumentType")) object.set_document_type(stated.document_type());
    if (has("DocumentSignature") || has("AuthorisationApprovalDetails"))
      *object.mutable_approvals() = stated.approvals();
    if (has("AuthorisationLegalEntity")) object.set_legal_entity(stated.legal_entity());
    if (has("AuthorisationFlags") || has("Flags")) *object.mutable_flags() = stated.flags();
    if (!stated.ended_at().empty()) object.set_ended_at(stated.ended_at());
  }

  void settle_end(Item& item) {
    if (ends(item.object.desired_status())) {
      if (item.object.ended_at().empty()) item.object.set_ended_at(message_->timestamp);
    } else if (!item.object.ended_at().empty() && !item.object.desired_status().empty() &&
               us_of(item.object.ended_at(), kOpen) <= message_->at_us) {
      note(fmt::format("{} ended at {}; a message does not bring it back, record it anew",
                       name_of(item.object), printable(item.object.ended_at(), 40)));
    }
  }

  /// Named by the messages, though unchanged: its authorizations belong into the answer.
  void remember(std::size_t at) {
    std::vector<std::size_t> all = authorisations_of(at);
    if (is_authorisation(items_[at].object)) all.push_back(at);
    for (const std::size_t i : all) mention(items_[i].authorization_id);
  }

  void mention(const std::string& id) {
    if (std::find(order_.begin(), order_.end(), id) == order_.end()) order_.push_back(id);
  }

  // From objects to an authorization.

  /// Why the objects permit nothing (yet); empty: they do.
  std::string open_reason(const Object& authorisation, const std::vector<Grant>& grants,
                          std::size_t documents, std::size_t tasks) const {
    if (has_flag(authorisation, "IsTest")) return "it is marked as a test";
    if (authorisation.desired_status() == "AwaitingApproval")
      return "its sender asks that it await approval";
    if (grants.empty())
      return documents == 0 ? "it is not associated with a warrant document"
                            : "no document associated with it is an approved warrant in force";
    if (tasks == 0)
      return "no valid task names what is to be intercepted or disclosed, and of whom";
    return {};
  }

  std::vector<Grant> grants_of(const Object& authorisation, const std::vector<std::size_t>& near,
                               std::size_t& documents,
                               std::vector<v1::Authorization::Approval>& approvals) {
    std::vector<Grant> grants;
    for (const std::size_t i : near) {
      const Object& document = items_[i].object;
      if (!is_document(document)) continue;
      ++documents;
      std::string why;
      const v1::Authorization::Approval* approved = nullptr;
      for (const auto& approval : document.approvals())
        if (!approval.at().empty() && !(approval.id().empty() && approval.role().empty()) &&
            (approved == nullptr || us_of(approval.at(), 0) < us_of(approved->at(), 0)))
          approved = &approval;
      if (document.document_type() != "Warrant")
        why = "it is no warrant";
      else if (!document.ended_at().empty() && us_of(document.ended_at(), kOpen) <= message_->at_us)
        why = "it has ended";
      else if (document.desired_status() == "AwaitingApproval")
        why = "it awaits approval";
      else if (approved == nullptr)
        why = "nobody has approved it: an approval has an approver and a time";
      if (!why.empty()) {
        if (items_[i].touched)
          note(fmt::format("{} does not make {} valid: {}", name_of(document),
                           name_of(authorisation), why));
        continue;
      }
      for (const auto& approval : document.approvals()) {
        approvals.push_back(approval);
        if (approvals.back().unit().empty() && !document.legal_entity().empty())
          approvals.back().set_unit(document.legal_entity());
      }
      Grant grant;
      grant.at = approved->at();
      grant.at_us = us_of(approved->at(), 0);
      grant.own_end = !document.to().empty();
      grant.to = grant.own_end ? document.to() : authorisation.to();
      grant.to_us = us_of(grant.to, kOpen);
      if (us_of(authorisation.to(), kOpen) < grant.to_us) {
        grant.to = authorisation.to();
        grant.to_us = us_of(grant.to, kOpen);
      }
      grant.from_us = std::max(us_of(document.from(), 0), us_of(authorisation.from(), 0));
      grants.push_back(std::move(grant));
    }
    std::sort(grants.begin(), grants.end(),
              [](const Grant& a, const Grant& b) { return a.at_us < b.at_us; });
    return grants;
  }

  struct Wanted {
    std::vector<v1::Authorization::Target> targets;
    std::size_t tasks = 0;
    int level = 0;
    bool only_content = true;
  };

  Wanted targets_of(const Object& authorisation, std::int64_t until_us,
                    const std::vector<std::size_t>& near) {
    Wanted wanted;
    int highest = 0;
    std::string lowest_name;
    std::string highest_name;
    const std::int64_t from_us = us_of(authorisation.from(), 0);
    for (const std::size_t i : near) {
      const Object& task = items_[i].object;
      if (!is_task(task)) continue;
      const int level = level_of(task);
      std::string why;
      if (has_flag(task, "IsTest"))
        why = "it is marked as a test";
      else if (level == 0)
        why = task.delivery_type().empty() ? "it states no delivery type"
                                           : "its delivery type is none this program knows";
      else if (task.desired_status() == "AwaitingApproval")
        why = "its sender asks that it await approval";
      else if (task.targets().empty())
        why = "it names no target";
      else if (us_of(task.ended_at(), kOpen) <= us_of(task.created_at(), 0))
        why = "it has ended";
      if (!why.empty()) {
        note(fmt::format("{} permits nothing: {}", name_of(task), why));
        continue;
      }
      const std::int64_t task_from = us_of(task.from(), from_us);
      const std::int64_t task_to = us_of(task.to(), until_us);
      if (items_[i].touched || announced_.insert(i).second)
        tell_excess(task, authorisation, task_from, task_to, from_us, until_us);
      announced_.insert(i);
      const std::int64_t begin = std::max(task_from, from_us);
      const std::int64_t end = std::min({task_to, until_us, us_of(task.ended_at(), kOpen)});
      if (begin > end) continue;
      if (task.targets_size() > 1 && items_[i].touched)
        note(
            fmt::format("{} names {} identifiers; each is taken as a target by itself, where the "
                        "sender may mean product that fits all of them",
                        name_of(task), task.targets_size()));
      ++wanted.tasks;
      if (wanted.level == 0 || level < wanted.level) {
        wanted.level = level;
        lowest_name = name_of(task);
      }
      if (level > highest) {
        highest = level;
        highest_name = name_of(task);
      }
      wanted.only_content = wanted.only_content && task.delivery_type() == "CCOnly";
      for (v1::Authorization::Target target : task.targets()) {
        // Bounds only where the task has its own: the authorization's apply anyway.
        if (!task.from().empty()) target.set_from(core::format_utc(begin));
        if (!task.to().empty() || !task.ended_at().empty()) target.set_to(core::format_utc(end));
        wanted.targets.push_back(std::move(target));
      }
    }
    if (highest > wanted.level)
      note(
          fmt::format("{} asks for content and {} for traffic data only; an authorization has one "
                      "scope for all its targets, so only traffic data is taken",
                      highest_name, lowest_name));
    if (wanted.level == 2 && wanted.only_content)
      note(
          fmt::format("{} asks for content alone; here content covers the traffic data that come "
                      "with it",
                      highest_name));
    return wanted;
  }

  void tell_excess(const Object& task, const Object& authorisation, std::int64_t task_from,
                   std::int64_t task_to, std::int64_t from_us, std::int64_t until_us) {
    const auto say = [&](std::int64_t from, std::int64_t to) {
      note(fmt::format("{} asks for {} more than {} covers ({} to {}): the excess is not taken",
                       name_of(task), duration_text(to - from), name_of(authorisation),
                       core::format_utc(from), core::format_utc(to)));
    };
    if (!task.from().empty() && task_from < from_us) say(task_from, std::min(from_us, task_to));
    if (!task.to().empty() && until_us != kOpen && task_to > until_us)
      say(std::max(until_us, task_from), task_to);
  }

  Status derive(std::size_t at) {
    const Object& authorisation = items_[at].object;
    const std::string id = items_[at].authorization_id;
    Hi1Change& change = results_.at(id);
    const v1::Authorization before = change.authorization;
    mention(id);
    if (!before.cancelled_at().empty()) {
      note(fmt::format("{} is cancelled; no message changes it", printable(id, 80)));
      return core::ok();
    }
    const std::vector<std::size_t> near = neighbours(at);
    std::size_t documents = 0;
    std::vector<v1::Authorization::Approval> approvals;
    const std::vector<Grant> grants = grants_of(authorisation, near, documents, approvals);
    std::int64_t until_us = us_of(authorisation.to(), kOpen);
    if (!grants.empty()) {
      std::int64_t granted = 0;
      for (const Grant& grant : grants) granted = std::max(granted, grant.to_us);
      if (granted < until_us)
        note(fmt::format("{} runs until {}, its warrant only until {}: the rest is not taken",
                         name_of(authorisation), core::format_utc(until_us),
                         core::format_utc(granted)));
      until_us = std::min(until_us, granted);
    }
    const Wanted wanted = targets_of(authorisation, until_us, near);
    const std::string open = open_reason(authorisation, grants, documents, wanted.tasks);
    const bool was_valid = !change.fresh && before.invalid_reason().empty();
    const bool held = was_valid || (change.fresh && was_valid_.contains(id));

    v1::Authorization next = before;
    next.set_technique(v1::Authorization::ELECTRONIC_SURVEILLANCE);
    next.set_reference(authorisation.reference());
    next.set_state(authorisation.country());
    next.mutable_applicant()->set_id(authorisation.owner());
    next.clear_handover();
    *next.add_handover() = authorisation;
    for (const std::size_t i : near) *next.add_handover() = items_[i].object;

    if (held && !open.empty()) {
      // What was in force ends; what was captured before stays covered.
      next.set_cancelled_at(message_->timestamp);
      next.set_cancellation_reason(open);
      note(fmt::format("{} ends: {}", printable(id, 80), open));
    } else if (held) {
      keep_history(before, wanted, next);
      set_scope(wanted, next);
      // A renewal that an officer recorded stands until a message speaks of the period.
      if (periods_in(before) != periods_in(next)) move_end(before, grants, until_us, next);
    } else {
      next.set_invalid_reason(open);
      next.clear_targets();
      for (const auto& target : wanted.targets) *next.add_targets() = target;
      set_scope(wanted, next);
      set_grant(authorisation, grants, approvals, next);
      if (!open.empty())
        note(fmt::format("{} is not valid and covers nothing: {}", printable(id, 80), open));
      else
        note(fmt::format("{} is valid", printable(id, 80)));
    }
    if (!authorisation.ended_at().empty() && next.cancelled_at().empty() &&
        (held || next.invalid_reason().empty())) {
      next.set_cancelled_at(authorisation.ended_at());
      next.set_cancellation_reason(authorisation.desired_status().empty()
                                       ? "terminated by its sender"
                                       : authorisation.desired_status());
      note(
          fmt::format("{} ends at {}", printable(id, 80), printable(authorisation.ended_at(), 40)));
    }
    if (next.invalid_reason().empty()) was_valid_.insert(id);
    change.changed = change.changed || next.SerializeAsString() != before.SerializeAsString();
    change.authorization = std::move(next);
    return core::ok();
  }

  /// The periods and approvals that the objects state, as one text to compare.
  static std::string periods_in(const v1::Authorization& authorization) {
    std::string out;
    for (const Object& object : authorization.handover()) {
      if (is_task(object)) continue;
      out += fmt::format("{} {} {} {} {} {}\n", object.object_id(), object.from(), object.to(),
                         object.document_type(), object.desired_status(), object.ended_at());
      for (const auto& approval : object.approvals()) out += approval.at() + "\n";
    }
    return out;
  }

  static void set_scope(const Wanted& wanted, v1::Authorization& next) {
    next.mutable_scope()->clear_data_types();
    next.set_kind(wanted.level == 2 ? "content_interception" : "traffic_data");
    if (wanted.level == 2) next.mutable_scope()->add_data_types("content");
    if (wanted.level == 1 || !wanted.only_content)
      next.mutable_scope()->add_data_types("traffic_data");
  }

  static void set_grant(const Object& authorisation, const std::vector<Grant>& grants,
                        const std::vector<v1::Authorization::Approval>& approvals,
                        v1::Authorization& next) {
    next.set_effective_from(authorisation.from());
    next.set_expires_at(authorisation.to());
    next.clear_granted_at();
    next.clear_second_approvals();
    next.clear_renewals();
    next.clear_urgent();
    next.clear_authorizer();
    if (!grants.empty()) {
      next.set_granted_at(grants.front().at);
      next.set_expires_at(grants.front().to);
      std::int64_t until_us = grants.front().to_us;
      // A document that only begins later does not reach back.
      if (grants.front().from_us > us_of(authorisation.from(), 0))
        next.set_effective_from(core::format_utc(grants.front().from_us));
      for (const Grant& grant : grants) {
        if (grant.to_us <= until_us) continue;
        auto& renewal = *next.add_renewals();
        renewal.set_granted_at(core::format_utc(std::max(grant.at_us, grant.from_us)));
        renewal.set_expires_at(grant.to);
        until_us = grant.to_us;
      }
    }
    std::vector<v1::Authorization::Approval> all = approvals;
    all.insert(all.end(), authorisation.approvals().begin(), authorisation.approvals().end());
    const v1::Authorization::Approval* emergency = nullptr;
    const v1::Authorization::Approval* ordinary = nullptr;
    for (const auto& approval : all) {
      const auto*& slot = approval.kind() == "emergency" ? emergency : ordinary;
      if (slot == nullptr && !approval.at().empty()) slot = &approval;
    }
    if (emergency == nullptr && (has_flag(authorisation, "IsEmergency") ||
                                 authorisation.desired_status() == "EmergencyApproval"))
      std::swap(emergency, ordinary);
    if (emergency != nullptr) {
      next.mutable_urgent()->set_oral_at(emergency->at());
      next.mutable_urgent()->set_reason("emergency approval");
      if (ordinary != nullptr && us_of(ordinary->at(), 0) >= us_of(emergency->at(), 0))
        next.mutable_urgent()->set_confirmed_at(ordinary->at());
    }
    bool first = true;
    for (const auto& approval : all) {
      if (first && !approvals.empty()) {
        next.mutable_authorizer()->set_id(approval.id());
        next.mutable_authorizer()->set_role(approval.role());
        next.mutable_authorizer()->set_unit(authorisation.legal_entity());
        first = false;
        continue;
      }
      *next.add_second_approvals() = approval;
    }
  }

  /// Targets change from the message on: what was one until then stays one for that time.
  void keep_history(const v1::Authorization& before, const Wanted& wanted,
                    v1::Authorization& next) const {
    const std::string now = core::format_utc(message_->at_us);
    const auto same = [](const auto& a, const auto& b) {
      return a.kind() == b.kind() && a.value() == b.value();
    };
    next.clear_targets();
    for (v1::Authorization::Target old : before.targets()) {
      const bool past = us_of(old.to(), kOpen) <= message_->at_us;
      const bool goes_on =
          !past && std::any_of(wanted.targets.begin(), wanted.targets.end(),
                               [&](const auto& target) { return same(old, target); });
      if (goes_on) continue;
      if (!past) old.set_to(now);
      if (us_of(old.from(), 0) <= us_of(old.to(), kOpen)) *next.add_targets() = old;
    }
    for (v1::Authorization::Target target : wanted.targets) {
      const v1::Authorization::Target* old = nullptr;
      for (const auto& each : before.targets())
        if (same(each, target) && us_of(each.to(), kOpen) > message_->at_us) old = &each;
      if (old != nullptr) {
        target.set_from(old->from());
      } else if (us_of(target.from(), 0) < message_->at_us) {
        target.set_from(now);
      }
      if (us_of(target.from(), 0) <= us_of(target.to(), kOpen)) *next.add_targets() = target;
    }
  }

  /// A later end is a renewal, granted when its document was approved, or else by this message: it
  /// cures no gap. An earlier end cuts.
  void move_end(const v1::Authorization& before, const std::vector<Grant>& grants,
                std::int64_t until_us, v1::Authorization& next) {
    std::int64_t end_us = us_of(before.expires_at(), kOpen);
    for (const auto& renewal : before.renewals())
      end_us = std::max(end_us, us_of(renewal.expires_at(), 0));
    if (until_us == end_us) return;
    if (until_us > end_us) {
      auto& renewal = *next.add_renewals();
      renewal.set_granted_at(core::format_utc(message_->at_us));
      for (const Grant& grant : grants)
        if (grant.own_end && grant.to_us > end_us)
          renewal.set_granted_at(core::format_utc(std::max(grant.at_us, grant.from_us)));
      renewal.set_expires_at(core::format_utc(until_us));
      note(fmt::format("{} is renewed until {}", printable(before.id(), 80),
                       core::format_utc(until_us)));
      return;
    }
    const std::string until = core::format_utc(until_us);
    if (us_of(next.expires_at(), kOpen) > until_us) next.set_expires_at(until);
    for (auto& renewal : *next.mutable_renewals())
      if (us_of(renewal.expires_at(), 0) > until_us) renewal.set_expires_at(until);
    note(fmt::format("{} is shortened: it ends at {}", printable(before.id(), 80), until));
  }

  std::vector<Item> items_;
  std::map<std::string, Hi1Change> results_;  // by id; all of the case, and the new ones
  std::vector<std::string> order_;            // ids that the messages name
  std::set<std::string> fresh_;               // UUIDs that the messages made or changed
  std::set<std::string> was_valid_;           // ids of new ones that an earlier message made valid
  std::set<std::size_t> announced_;           // tasks whose excess was told
  Hi1Outcome outcome_;
  const Hi1Message* message_ = nullptr;
  std::int64_t first_us_ = 0;
};

}  // namespace

Result<Hi1Outcome> apply_hi1(
    std::vector<Hi1Message> messages,
    const std::map<std::string, authorization::StoredAuthorization>& known) {
  std::stable_sort(messages.begin(), messages.end(),
                   [](const Hi1Message& a, const Hi1Message& b) { return a.at_us < b.at_us; });
  Exchange exchange{known};
  if (!messages.empty()) exchange.starts_at(messages.front().at_us);
  for (const Hi1Message& message : messages) PALERMO_CHECK_OK(exchange.apply(message));
  return exchange.finish();
}

}  // namespace palermo::ingest
