// What every log must survive, whatever is in it: power that goes at any operation of the disk, bytes that change or go
// missing, and operations that the disk refuses. A test describes its log as a CrashTrial and hands a maker of it to
// each suite; all run a script of steps on a FaultyDisk and repeat exactly by seed.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <random>
#include <string>
#include <system_error>

#include "storage/faulty_disk.h"

namespace standpipe {

// A log under trial and what its user knows of it: the steps that were acknowledged, those that may have happened, and
// what has been read.
class CrashTrial {
 public:
  enum class Lost { nothing, one_step, steps_in_a_row };

  virtual ~CrashTrial() = default;
  // Makes the log, or recovers it. This and `step` throw std::system_error when the disk refuses.
  virtual void open(Disk& disk) = 0;
  // The change with this number of the script: acknowledged if it returns; if it throws, it may have happened.
  virtual void step(uint32_t number) = 0;
  virtual void close() = 0;         // whatever state it is in
  virtual bool opened() const = 0;  // false also if opening it again, as a step of the script, was refused
  // Reads everything and expects: every acknowledged record at its place, but for what may be lost; else only records
  // that were written, in order; and that what is appended now gets a place that no record ever had.
  virtual void verify(Lost lost) = 0;
};

class CrashSuite {
 public:
  using Make = std::function<std::unique_ptr<CrashTrial>()>;
  CrashSuite(Make make, uint32_t steps, uint32_t seed) : make_(std::move(make)), steps_(steps), seed_(seed) {
    std::printf("seed %u\n", seed);
  }

  // Loses the power at each operation of the script, one after the other; answers at how many.
  uint64_t lose_power_everywhere() const {
    for (uint64_t point = 1;; ++point) {
      SCOPED_TRACE("power lost at operation " + std::to_string(point));
      FaultyDisk disk = fresh_disk(point);
      const auto trial = make_();
      disk.lose_power_at(point);
      const bool done = run(*trial, disk, 0, steps_);
      trial->close();
      disk.crash(point % 2 == 0 ? FaultyDisk::Unsynced::lost : FaultyDisk::Unsynced::torn);
      expect_sound(*trial, disk, CrashTrial::Lost::nothing);
      if (done || testing::Test::HasFailure()) return point - 1;
    }
  }

  // Flips a bit somewhere on the disk, or cuts a file short, `points` times on a fresh disk each.
  void damage_anywhere(uint32_t points) const {
    for (uint32_t point = 0; point < points && !testing::Test::HasFailure(); ++point) {
      std::mt19937 random(seed_ + point);
      FaultyDisk disk = fresh_disk(point);
      const auto trial = make_();
      ASSERT_TRUE(run(*trial, disk, 0, steps_ / 2 + static_cast<uint32_t>(random()) % (steps_ / 2)));
      trial->close();
      const bool cut = point % 4 == 3;
      SCOPED_TRACE("point " + std::to_string(point) + (cut ? ": cut " : ": flipped in ") + damage(disk, random, cut));
      expect_sound(*trial, disk, cut ? CrashTrial::Lost::steps_in_a_row : CrashTrial::Lost::one_step);
    }
  }

  // Refuses every k-th write, sync or operation on names, for all k up to `every_max`.
  void refuse_every(uint64_t every_max) const {
    for (const FaultyDisk::Kind kind : {FaultyDisk::Kind::write, FaultyDisk::Kind::sync, FaultyDisk::Kind::name}) {
      for (uint64_t every = 1; every <= every_max && !testing::Test::HasFailure(); ++every) {
        SCOPED_TRACE("kind " + std::to_string(static_cast<int>(kind)) + ", every " + std::to_string(every));
        FaultyDisk disk = fresh_disk(every);
        const auto trial = make_();
        disk.fail_every(kind, every);
        for (uint32_t step = 0; step < steps_;) step = run_on(*trial, disk, step);
        trial->close();
        disk.crash();
        expect_sound(*trial, disk, CrashTrial::Lost::nothing);
      }
    }
  }

 private:
  FaultyDisk fresh_disk(uint64_t point) const { return FaultyDisk(seed_ + static_cast<uint32_t>(point)); }

  // False: the disk refused.
  static bool run(CrashTrial& trial, Disk& disk, uint32_t from, uint32_t to) {
    try {
      trial.open(disk);
      for (uint32_t step = from; step < to; ++step) trial.step(step);
      return true;
    } catch (const std::system_error&) {
      return false;
    }
  }

  // Opens, and steps until the disk refuses; answers the step to go on with.
  uint32_t run_on(CrashTrial& trial, Disk& disk, uint32_t step) const {
    trial.close();
    try {
      trial.open(disk);
    } catch (const std::system_error&) {
      return step + 1;
    }
    for (; step < steps_; ++step) {
      try {
        trial.step(step);
      } catch (const std::system_error&) {
        if (step % 2 == 0 || !trial.opened()) return step + 1;  // else the log is asked again as it is
      }
    }
    return step;
  }

  // Twice, because a recovery is written down too.
  static void expect_sound(CrashTrial& trial, FaultyDisk& disk, CrashTrial::Lost lost) {
    for (int round = 0; round < 2; ++round) {
      trial.open(disk);
      trial.verify(lost);
      trial.close();
      disk.crash(FaultyDisk::Unsynced::lost);
    }
  }

  static std::string damage(FaultyDisk& disk, std::mt19937& random, bool cut) {
    std::vector<FaultyDisk::Path> files = disk.files();
    std::erase_if(files, [&](const auto& path) { return disk.bytes(path).empty(); });
    const FaultyDisk::Path& path = files[random() % files.size()];
    const uint64_t offset = random() % disk.bytes(path).size();
    if (cut) disk.cut(path, offset);
    else disk.flip_bit(path, offset, static_cast<int>(random() % 8));
    return path.string() + " at " + std::to_string(offset);
  }

  const Make make_;
  const uint32_t steps_, seed_;
};

}  // namespace standpipe
