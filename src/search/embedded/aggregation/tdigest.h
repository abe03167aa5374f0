// A sketch of a distribution: quantiles of any number of values in bounded memory, exact while there are few. A merging
// t-digest (Dunning, Ertl) with the arcsine scale, which keeps the ends fine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace standpipe::search {

class TDigest {
 public:
  explicit TDigest(double compression = 100) : compression_(compression) {}
  void add(double value, double weight = 1);
  double count() const { return count_; }
  size_t bytes() const { return (centroids_.capacity() + waiting_.capacity()) * sizeof(Centroid); }
  double quantile(double q);  // 0 … 1; NaN if nothing was added
  double rank(double value);  // the part of the values up to `value`, 0 … 1
  // visit(mean, weight) in rising order.
  template <class Visit>
  void each(Visit visit) {
    settle();
    for (const Centroid& one : centroids_) visit(one.mean, one.weight);
  }

 private:
  struct Centroid {
    double mean, weight;
  };
  void settle();
  double compression_;
  double count_ = 0, min_ = 0, max_ = 0;
  std::vector<Centroid> centroids_;  // rising
  std::vector<Centroid> waiting_;
};

}  // namespace standpipe::search
