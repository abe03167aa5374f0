#include "search/embedded/aggregation/tdigest.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace standpipe::search {
namespace {

double between(double left, double left_weight, double right, double right_weight) {
  if (left_weight + right_weight <= 0) return left;
  return std::clamp((left * left_weight + right * right_weight) / (left_weight + right_weight), std::min(left, right),
                    std::max(left, right));
}

}  // namespace

void TDigest::add(double value, double weight) {
  if (count_ == 0) min_ = max_ = value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
  count_ += weight;
  waiting_.push_back({value, weight});
  if (waiting_.size() >= static_cast<size_t>(std::min(compression_, 10'000.0) * 8 + 64)) settle();
}

void TDigest::settle() {
  if (waiting_.empty()) return;
  std::vector<Centroid> all;
  all = std::move(waiting_);
  waiting_.clear();
  all.insert(all.end(), centroids_.begin(), centroids_.end());
  std::sort(all.begin(), all.end(), [](const Centroid& a, const Centroid& b) { return a.mean < b.mean; });
  centroids_.clear();
  // Neighbours become one as long as together they are one step of the scale.
  const double normalizer = compression_ / std::numbers::pi;
  const auto scale = [&](double q) { return normalizer * std::asin(2 * std::clamp(q, 0.0, 1.0) - 1); };
  double before = 0;
  double limit = scale(0) + 1;
  for (const Centroid& one : all) {
    if (!centroids_.empty() && scale((before + centroids_.back().weight + one.weight) / count_) <= limit) {
      Centroid& into = centroids_.back();
      into.weight += one.weight;
      into.mean += (one.mean - into.mean) * one.weight / into.weight;
      continue;
    }
    if (!centroids_.empty()) {
      before += centroids_.back().weight;
      limit = scale(before / count_) + 1;
    }
    centroids_.push_back(one);
  }
}

double TDigest::quantile(double q) {
  settle();
  if (centroids_.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (centroids_.size() == 1) return centroids_[0].mean;
  const double index = q * count_;
  const Centroid &first = centroids_.front(), &last = centroids_.back();
  if (index < 1) return min_;
  if (first.weight > 1 && index < first.weight / 2)
    return min_ + (index - 1) / (first.weight / 2 - 1) * (first.mean - min_);
  if (index > count_ - 1) return max_;
  if (last.weight > 1 && count_ - index <= last.weight / 2)
    return max_ - (count_ - index - 1) / (last.weight / 2 - 1) * (max_ - last.mean);
  // A centroid stands in the middle of its weight; one of a single value is that value over its whole width.
  double so_far = first.weight / 2;
  for (size_t i = 0; i + 1 < centroids_.size(); ++i) {
    const Centroid &left = centroids_[i], &right = centroids_[i + 1];
    const double step = (left.weight + right.weight) / 2;
    if (so_far + step > index) {
      double left_width = 0, right_width = 0;
      if (left.weight == 1) {
        if (index - so_far < 0.5) return left.mean;
        left_width = 0.5;
      }
      if (right.weight == 1) {
        if (so_far + step - index <= 0.5) return right.mean;
        right_width = 0.5;
      }
      const double after_left = index - so_far - left_width, before_right = so_far + step - index - right_width;
      return between(left.mean, before_right, right.mean, after_left);
    }
    so_far += step;
  }
  return max_;
}

double TDigest::rank(double value) {
  settle();
  if (centroids_.empty()) return std::numeric_limits<double>::quiet_NaN();
  if (value < min_) return 0;
  if (value >= max_) return 1;
  double below = 0;
  double previous = min_, previous_weight = 0;
  for (const Centroid& one : centroids_) {
    if (one.mean > value) {
      // Between two centroids half of each lies here; of a single value nothing.
      const double width = (previous_weight > 1 ? previous_weight / 2 : 0) + (one.weight > 1 ? one.weight / 2 : 0);
      const double start = below - (previous_weight > 1 ? previous_weight / 2 : 0);
      const double span = one.mean - previous;
      return std::clamp((start + (span > 0 ? width * (value - previous) / span : 0)) / count_, 0.0, 1.0);
    }
    below += one.weight;
    previous = one.mean;
    previous_weight = one.weight;
  }
  const double start = below - (previous_weight > 1 ? previous_weight / 2 : 0);
  const double span = max_ - previous;
  return std::clamp((start + (span > 0 ? (below - start) * (value - previous) / span : 0)) / count_, 0.0, 1.0);
}

}  // namespace standpipe::search
