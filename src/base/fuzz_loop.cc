// Runs a fuzz target without a fuzzing engine: mutates the inputs of a corpus (or of a built-in seed) for a given time.
//   x_fuzz [--seconds N] [--seed N] [corpus file or folder …]
// Any finding aborts (the build carries sanitizers); the printed seed and the saved input repeat it.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "base/clock.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Random = std::mt19937_64;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

size_t below(Random& random, size_t bound) { return bound == 0 ? 0 : random() % bound; }

void mutate(std::string& input, const std::vector<std::string>& corpus, Random& random) {
  const size_t at = below(random, input.size() + 1), length = below(random, 16);
  switch (random() % 7) {
    case 0: if (at < input.size()) input[at] = static_cast<char>(random()); break;
    case 1: if (at < input.size()) input[at] = static_cast<char>(input[at] ^ (1 << random() % 8)); break;
    case 2: input.erase(at, length); break;
    case 3: input.insert(at, input.substr(below(random, input.size() + 1), length)); break;
    case 4: input.insert(at, length, static_cast<char>(random())); break;
    case 5: input.resize(at); break;
    default: {
      const std::string& other = corpus[below(random, corpus.size())];
      input.insert(at, other.substr(below(random, other.size() + 1), 1 + below(random, 64)));
    }
  }
  if (input.size() > 1 << 16) input.resize(1 << 16);
}

}  // namespace

int main(int argc, char** argv) {
  int64_t seconds = 30;
  uint64_t seed = std::random_device{}();
  std::vector<std::string> corpus = {""};
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc) {
      seconds = std::atoll(argv[++i]);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else if (std::filesystem::is_directory(argument)) {
      for (const auto& entry : std::filesystem::recursive_directory_iterator(argument)) {
        if (entry.is_regular_file()) corpus.push_back(read_file(entry.path()));
      }
    } else {
      corpus.push_back(read_file(argument));
    }
  }
  std::cerr << "seed " << seed << ", " << corpus.size() << " inputs\n";
  Random random(seed);
  const std::string last = std::string(argv[0]) + ".last-input";
  const auto deadline = standpipe::Deadline::in(std::chrono::seconds(seconds));
  uint64_t runs = 0;
  for (; runs < corpus.size() || !deadline.passed(); ++runs) {
    std::string input = runs < corpus.size() ? corpus[runs] : corpus[below(random, corpus.size())];
    for (size_t i = runs < corpus.size() ? 0 : 1 + random() % 6; i > 0; --i) mutate(input, corpus, random);
    std::ofstream(last, std::ios::binary | std::ios::trunc) << input;
    LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
  }
  std::filesystem::remove(last);
  std::cerr << runs << " runs, no finding\n";
}
