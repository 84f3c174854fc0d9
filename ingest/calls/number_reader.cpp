#include "ingest/calls/number_reader.hpp"

#include <algorithm>

#include "ingest/identifiers.hpp"

namespace palermo::ingest {
namespace {
constexpr std::size_t kBatch = 512;
}

NumberReader::NumberReader(std::string kind, std::string country)
    : kind_{std::move(kind)}, country_{std::move(country)}, filling_{std::make_unique<Batch>()} {}

NumberReader::~NumberReader() {
  {
    const std::scoped_lock lock{mutex_};
    closed_ = true;
    next_ = batches_.size();
  }
  changed_.notify_all();
  for (std::thread& thread : threads_)
    if (thread.joinable()) thread.join();
}

void NumberReader::add(std::string_view raw) {
  filling_->raw.push_back(raw);
  if (filling_->raw.size() == kBatch) publish();
}

void NumberReader::publish() {
  {
    const std::scoped_lock lock{mutex_};
    batches_.push_back(std::move(filling_));
  }
  filling_ = std::make_unique<Batch>();
  // A file with few numbers needs no second thread, a label costs nothing to read.
  if (threads_.empty() && kind_.empty()) {
    const unsigned count = std::clamp(std::thread::hardware_concurrency(), 2U, 9U) - 1;
    for (unsigned i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
  }
  changed_.notify_one();
}

void NumberReader::work() {
  while (true) {
    Batch* batch = nullptr;
    {
      std::unique_lock lock{mutex_};
      changed_.wait(lock, [this] { return closed_ || next_ < batches_.size(); });
      if (next_ >= batches_.size()) return;
      batch = batches_[next_++].get();
    }
    read(*batch);
  }
}

store::ObservedIdentifier NumberReader::read_one(std::string_view raw) const {
  if (kind_.empty()) return read_number(raw, country_);
  return {kind_, std::string{raw}, std::string{raw}, true, {}};
}

void NumberReader::read(Batch& batch) const {
  batch.read.reserve(batch.raw.size());
  for (const std::string_view raw : batch.raw) batch.read.push_back(read_one(raw));
}

std::vector<store::ObservedIdentifier> NumberReader::finish() {
  {
    const std::scoped_lock lock{mutex_};
    if (!filling_->raw.empty()) batches_.push_back(std::move(filling_));
    filling_ = std::make_unique<Batch>();
    closed_ = true;
  }
  changed_.notify_all();
  work();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  std::vector<store::ObservedIdentifier> all;
  for (const auto& batch : batches_)
    std::move(batch->read.begin(), batch->read.end(), std::back_inserter(all));
  batches_.clear();
  next_ = 0;
  closed_ = false;
  return all;
}

}  // namespace palermo::ingest
