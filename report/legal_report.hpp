// The legal officer's report: one self-contained HTML page, on screen and on A4.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "palermo/v1/authorization.pb.h"
#include "palermo/v1/finding.pb.h"
#include "palermo/v1/ingest.pb.h"
#include "palermo/v1/network.pb.h"
#include "report/names.hpp"

namespace palermo::report {

/// A node of the drawn network, with its place in the unit square.
struct DrawnNode {
  std::string id;
  std::string label;
  double x = 0;
  double y = 0;
};

/// An undirected tie of the drawn network; indexes into ReportInput::nodes.
struct DrawnTie {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double weight = 1;
};

/// One day of the timeline. `day` counts days since 1970-01-01, UTC.
struct DayCounts {
  std::int32_t day = 0;
  std::uint64_t calls = 0;
  std::uint64_t intercepts = 0;
  std::uint64_t reports = 0;
};

/// One authorization as a strip: what it covered, and when product was captured. UTC microseconds.
struct AuthorizationStrip {
  struct Span {
    std::int64_t from_us = 0;
    std::int64_t to_us = 0;
  };
  struct Held {
    std::string reason;  // AU02, SC01, …
    std::uint64_t count = 0;
    Span span;  // both 0: times are sealed with the product
  };
  v1::AuthorizationSummary summary;
  std::vector<Span> authorized;
  std::vector<Span> product;
  std::vector<Held> held;
};

/// Everything the report shows. Plain data, so that a page can be made and tested without a case.
struct ReportInput {
  std::string case_title;
  std::string case_id;
  std::string case_state;
  std::string purpose;
  std::string prepared_by;  // operator
  std::string prepared_at;  // ISO 8601
  std::string software_version;

  /// Without elements: no assessment was possible; the page says so.
  v1::Finding finding;
  std::vector<KnownPerson> persons;
  std::string export_key;  // random, per report; pseudonyms derive from it

  std::uint64_t records_used = 0;
  std::uint64_t records_held = 0;  // used + quarantined
  std::vector<v1::QuarantineItem> quarantine;

  v1::NetworkSummary network;
  v1::NetworkMetrics metrics;  // sorted, the first rows are the table of brokers
  std::vector<DrawnNode> nodes;
  std::vector<DrawnTie> ties;

  std::vector<DayCounts> days;
  std::vector<AuthorizationStrip> authorizations;

  std::string origin;  // palermo/<case id>
  std::uint64_t ledger_size = 0;
  std::string ledger_root_hex;  // 64 digits
  std::string checkpoint_note;  // verbatim
  std::string vkey;
  std::string ledger_file;  // name of the checkpoint file written beside the report; may be empty
};

/// The whole page. Needs nothing from elsewhere: no script, no font, no picture, no link out.
[[nodiscard]] std::string render_legal_html(const ReportInput& input);

}  // namespace palermo::report
