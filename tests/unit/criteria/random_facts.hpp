// Random facts files for property tests: every statement body, every flag, and cases that hold most
// of the way, so that elements come out in all three outcomes.
#pragma once

#include <map>
#include <string>

#include "analysis/criteria/assess.hpp"
#include "tests/support/catch.hpp"

namespace palermo::test {

/// A statement of any kind: fact or assessment, for or against, under any lens.
v1::Statement any_statement(int number);
/// A statement of the given body, its fields drawn at random.
v1::Statement statement_of(v1::Statement::BodyCase body, int number);
/// A fact that can only speak for an element.
v1::Statement supporting_fact(int number);
/// A file with up to `most` statements of any kind, on an existing group.
v1::FactsFile any_facts(int most = 14);
/// A file like a real case: a group that acts together for a benefit across a border, each of whose
/// facts may be lacking, doubtful or denied.
v1::FactsFile likely_facts();

/// The finding without what explains it, which takes many times longer.
v1::Finding assessed(const v1::FactsFile& facts, criteria::AssessOptions options = {});
v1::Finding assessed(const v1::FactsFile& facts, criteria::Lens lens);
/// Every element by its id, the fullest print of it.
std::map<std::string, v1::Element> elements_of(const v1::Finding& finding);
/// Settled by the absence of a bar, not by evidence: see their notes.
bool settled_by_default(const std::string& element);

}  // namespace palermo::test
