#include "ingest/exchange/ftm_schemata.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace palermo::ingest {
namespace {

constexpr FtmEdge kEdges[] = {
    {"Associate", "person", "associate"},
    {"ContractAward", "contract", "supplier"},
    {"CourtCaseParty", "party", "case"},
    {"Debt", "debtor", "creditor"},
    {"Directorship", "director", "organization"},
    {"Documentation", "document", "entity"},
    {"Employment", "employee", "employer"},
    {"Family", "person", "relative"},
    {"Membership", "member", "organization"},
    {"Occupancy", "holder", "post"},
    {"Ownership", "owner", "asset"},
    {"ProjectParticipant", "participant", "project"},
    {"Representation", "agent", "client"},
    {"Succession", "predecessor", "successor"},
    {"UnknownLink", "subject", "object"},
};

constexpr std::string_view kOthers[] = {
    "Address",  "Airplane",     "Article",      "Assessment",     "Asset",
    "Audio",    "BankAccount",  "Call",         "CallForTenders", "Company",
    "Contract", "CourtCase",    "CryptoWallet", "Document",       "EconomicActivity",
    "Email",    "Event",        "Folder",       "HyperText",      "Identification",
    "Image",    "LegalEntity",  "License",      "Mention",        "Message",
    "Note",     "Organization", "Package",      "Page",           "Pages",
    "Passport", "Payment",      "Person",       "PlainText",      "Position",
    "Post",     "Project",      "PublicBody",   "RealEstate",     "Sanction",
    "Security", "Similar",      "Table",        "TaxRoll",        "Thing",
    "Trip",     "UserAccount",  "Vehicle",      "Vessel",         "Video",
    "Workbook",
};

constexpr std::pair<std::string_view, std::string_view> kIdentifiers[] = {
    {"phone", "msisdn"},
    {"callerNumber", "msisdn"},
    {"receiverNumber", "msisdn"},
    {"number", "msisdn"},
    {"email", "email"},
    {"iban", "iban"},
    {"accountNumber", "account"},
    {"username", "account"},
    {"passportNumber", "document"},
    {"idNumber", "document"},
    {"publicKey", "crypto"},
    {"ipAddress", "ip"},
    {"registrationNumber", "plate"},
};

}  // namespace

const FtmEdge* ftm_edge(std::string_view schema) {
  const auto found = std::find_if(std::begin(kEdges), std::end(kEdges),
                                  [schema](const FtmEdge& edge) { return edge.schema == schema; });
  return found == std::end(kEdges) ? nullptr : found;
}

bool is_ftm_schema(std::string_view name) {
  return ftm_edge(name) != nullptr ||
         std::find(std::begin(kOthers), std::end(kOthers), name) != std::end(kOthers);
}

std::string_view ftm_identifier_kind(std::string_view property) {
  const auto found =
      std::find_if(std::begin(kIdentifiers), std::end(kIdentifiers),
                   [property](const auto& known) { return known.first == property; });
  return found == std::end(kIdentifiers) ? std::string_view{} : found->second;
}

}  // namespace palermo::ingest
