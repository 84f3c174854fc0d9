// Merge, split, category, undo, redo: checked, previewed, recorded.
#pragma once

#include <optional>
#include <string>

#include "analysis/criteria/assess.hpp"
#include "analysis/entity/model.hpp"
#include "core/base/result.hpp"
#include "core/session/session.hpp"
#include "palermo/v1/entity.pb.h"

namespace palermo::entity {

/// What an operator asks for. Ids, values or names, as Model::meant reads them.
struct ChangeRequest {
  std::string action;    // kMerge, kSplit, kSetCategory, kUndo, kRedo
  std::string a;         // of undo and redo: the event; empty: the newest
  std::string b;         // of a split: empty takes `a` away from all it is merged with
  std::string category;  // of set_category: a word of Person.Category
  std::string reason;
  bool despite = false;  // record it although evidence proves the opposite
};

/// The event that a request would add, checked against the case. Stores nothing.
/// @error InvalidArgument  no reason, no such category, or it concerns one entity alone
/// @error NotFound         no such entity or event
/// @error BadInput         nothing would change, it contradicts another decision, or evidence
/// speaks
///                         against it and `despite` was not said (reason CONTRADICTED)
[[nodiscard]] core::Result<v1::EntityEvent> prepare(store::Database& db, const Model& model,
                                                    const ChangeRequest& request);

/// Records a change: the event, its ledger entry and the log of the access stand or fall together.
/// @error Refused  the role may not edit entities; logged
/// @error as prepare()
[[nodiscard]] core::Result<v1::EntityChange> change(session::Session& session,
                                                    const ChangeRequest& request);

/// What a change would do to the assessment. Nothing is stored but the log of the consultation.
/// @error Refused  the role may neither edit entities nor assess
/// @error as prepare() and criteria::assess()
[[nodiscard]] core::Result<v1::EntityPreview> preview(session::Session& session,
                                                      const ChangeRequest& request,
                                                      const criteria::AssessOptions& options);

/// Two assessments compared: persons, outcomes and gates that differ, and the same in sentences.
[[nodiscard]] v1::EntityPreview compare(const v1::Finding& before, const v1::Finding& after);

}  // namespace palermo::entity
