#include "ingest/exchange/json_ld.hpp"

#include <algorithm>
#include <utility>

namespace palermo::ingest {
namespace {

constexpr int kMaxAliases = 8;  // a term defined by a term …; a circle ends here

/// Prefixes that every published example declares alike.
constexpr std::pair<std::string_view, std::string_view> kCustomary[] = {
    {"uco-action", "https://ontology.unifiedcyberontology.org/uco/action/"},
    {"uco-core", "https://ontology.unifiedcyberontology.org/uco/core/"},
    {"uco-identity", "https://ontology.unifiedcyberontology.org/uco/identity/"},
    {"uco-location", "https://ontology.unifiedcyberontology.org/uco/location/"},
    {"uco-observable", "https://ontology.unifiedcyberontology.org/uco/observable/"},
    {"uco-role", "https://ontology.unifiedcyberontology.org/uco/role/"},
    {"uco-tool", "https://ontology.unifiedcyberontology.org/uco/tool/"},
    {"uco-types", "https://ontology.unifiedcyberontology.org/uco/types/"},
    {"uco-victim", "https://ontology.unifiedcyberontology.org/uco/victim/"},
    {"case-investigation", "https://ontology.caseontology.org/case/investigation/"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
};

void collect(const LdJson& value, std::vector<const LdJson*>& out) {
  if (value.is_null()) return;
  if (value.is_array()) {
    for (const LdJson& element : value) collect(element, out);
    return;
  }
  if (value.is_object())
    for (const char* box : {"@list", "@set"})
      if (const auto inside = value.find(box); inside != value.end()) return collect(*inside, out);
  out.push_back(&value);
}

std::string_view last_part(std::string_view iri) {
  const std::size_t at = iri.find_last_of("/#:");
  return at == std::string_view::npos ? iri : iri.substr(at + 1);
}

template <typename Visit>
void for_each_type(const LdJson& node, Visit&& visit) {
  const auto types = node.find("@type");
  if (types == node.end()) return;
  if (types->is_string()) visit(types->get_ref<const std::string&>());
  if (types->is_array())
    for (const LdJson& type : *types)
      if (type.is_string()) visit(type.get_ref<const std::string&>());
}

}  // namespace

LdContext::LdContext(const core::Json& context) {
  if (context.is_array()) {
    for (const core::Json& part : context) {
      LdContext one{part};
      for (auto& [name, iri] : one.terms_) terms_[name] = std::move(iri);
      if (!one.vocabulary_.empty()) vocabulary_ = std::move(one.vocabulary_);
      remote_.insert(remote_.end(), one.remote_.begin(), one.remote_.end());
    }
    return;
  }
  if (context.is_string()) remote_.push_back(context.get<std::string>());
  if (!context.is_object()) return;
  for (const auto& [name, value] : context.items()) {
    const core::Json* iri = &value;
    if (value.is_object()) {
      const auto id = value.find("@id");
      if (id == value.end()) continue;
      iri = &*id;
    }
    if (!iri->is_string()) continue;
    if (name == "@vocab")
      vocabulary_ = iri->get<std::string>();
    else if (!name.starts_with('@'))
      terms_[name] = iri->get<std::string>();
  }
}

std::string LdContext::resolve(std::string_view name, int depth) const {
  if (name.starts_with('@') || name.starts_with("_:") || depth > kMaxAliases)
    return std::string{name};
  if (const auto whole = terms_.find(name); whole != terms_.end() && whole->second != name)
    return resolve(whole->second, depth + 1);
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos || name.substr(colon + 1).starts_with("//"))
    return std::string{name};
  const std::string_view prefix = name.substr(0, colon);
  const std::string rest{name.substr(colon + 1)};
  if (const auto known = terms_.find(prefix); known != terms_.end() && known->second != name)
    return resolve(known->second, depth + 1) + rest;
  for (const auto& [custom, iri] : kCustomary) {
    if (custom != prefix) continue;
    undeclared_.emplace(prefix);
    return std::string{iri} + rest;
  }
  return std::string{name};
}

std::string LdContext::term(std::string_view name) const {
  std::string iri = resolve(name, 0);
  if (iri.find(':') == std::string::npos && !iri.starts_with('@')) return vocabulary_ + iri;
  return iri;
}

std::string LdContext::id(std::string_view name) const {
  return name.find(':') == std::string_view::npos ? std::string{name} : resolve(name, 0);
}

LdJson LdContext::expanded(const core::Json& value) const {
  if (value.is_array()) {
    LdJson out = LdJson::array();
    for (const core::Json& element : value) out.push_back(expanded(element));
    return out;
  }
  if (!value.is_object()) {
    if (value.is_string()) return value.get<std::string>();
    if (value.is_boolean()) return value.get<bool>();
    if (value.is_number_unsigned()) return value.get<std::uint64_t>();
    if (value.is_number_integer()) return value.get<std::int64_t>();
    if (value.is_number()) return value.get<double>();
    return nullptr;
  }
  LdJson out = LdJson::object();
  for (const auto& [name, member] : value.items()) {
    const std::string key = term(name);
    LdJson content;
    if (key == "@id" && member.is_string()) {
      content = id(member.get_ref<const std::string&>());
    } else if (key == "@type" && member.is_string()) {
      content = term(member.get_ref<const std::string&>());
    } else if (key == "@type" && member.is_array()) {
      content = LdJson::array();
      for (const core::Json& type : member)
        content.push_back(type.is_string() ? LdJson(term(type.get_ref<const std::string&>()))
                                           : expanded(type));
    } else {
      content = expanded(member);
    }
    const auto [at, fresh] = out.emplace(key, content);
    if (fresh) continue;
    LdJson both = LdJson::array();
    for (LdJson* part : {&*at, &content}) {
      if (part->is_array())
        both.insert(both.end(), part->begin(), part->end());
      else
        both.push_back(std::move(*part));
    }
    *at = std::move(both);
  }
  return out;
}

std::string_view case_name(std::string_view iri) {
  const bool ours = iri.find("unifiedcyberontology.org/") != std::string_view::npos ||
                    iri.find("caseontology.org/") != std::string_view::npos;
  return ours ? last_part(iri) : std::string_view{};
}

std::vector<const LdJson*> ld_values(const LdJson& node, std::string_view name) {
  std::vector<const LdJson*> out;
  if (!node.is_object()) return out;
  for (const auto& [key, value] : node.items())
    if (case_name(key) == name) collect(value, out);
  return out;
}

std::string ld_literal(const LdJson& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number() || value.is_boolean()) return value.dump();
  if (value.is_object())
    if (const auto inside = value.find("@value");
        inside != value.end() && !inside->is_structured() && !inside->is_null())
      return ld_literal(*inside);
  return {};
}

std::string ld_text(const LdJson& node, std::string_view name) {
  for (const LdJson* value : ld_values(node, name))
    if (std::string text = ld_literal(*value); !text.empty()) return text;
  return {};
}

std::string ld_reference(const LdJson& value) {
  if (!value.is_object()) return {};
  const auto id = value.find("@id");
  return id != value.end() && id->is_string() ? id->get<std::string>() : std::string{};
}

bool ld_is(const LdJson& node, std::string_view type) {
  bool found = false;
  for_each_type(node, [&](const std::string& iri) { found = found || case_name(iri) == type; });
  return found;
}

std::string ld_type(const LdJson& node) {
  std::string first;
  for_each_type(node, [&](const std::string& iri) {
    if (first.empty()) first = last_part(iri);
  });
  return first;
}

}  // namespace palermo::ingest
