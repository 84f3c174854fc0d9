// Reads distinct numbers on other threads while the file is still being scanned.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/store/record_row.hpp"

namespace palermo::ingest {

/// libphonenumber reads about 65,000 numbers a second, so each distinct text is read once and the
/// work starts with the first batch.
class NumberReader {
 public:
  /// @param kind     given to every text as it is; empty: read_number decides
  /// @param country  for numbers without international prefix
  NumberReader(std::string kind, std::string country);
  ~NumberReader();
  NumberReader(const NumberReader&) = delete;
  NumberReader& operator=(const NumberReader&) = delete;

  /// @param raw  must outlive finish()
  void add(std::string_view raw);
  /// Helps with what is left and returns one identifier for each text, in order of add().
  [[nodiscard]] std::vector<store::ObservedIdentifier> finish();
  /// One text, here and now.
  [[nodiscard]] store::ObservedIdentifier read_one(std::string_view raw) const;

 private:
  struct Batch {
    std::vector<std::string_view> raw;
    std::vector<store::ObservedIdentifier> read;
  };
  void work();
  void read(Batch& batch) const;
  void publish();

  std::string kind_;
  std::string country_;
  std::deque<std::unique_ptr<Batch>> batches_;  // all, in order
  std::size_t next_ = 0;                        // first batch nobody has taken
  std::unique_ptr<Batch> filling_;
  bool closed_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::thread> threads_;
};

}  // namespace palermo::ingest
