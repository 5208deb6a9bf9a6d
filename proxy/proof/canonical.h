#ifndef LIKENESS_PROXY_PROOF_CANONICAL_H_
#define LIKENESS_PROXY_PROOF_CANONICAL_H_

#include <array>
#include <cstddef>
#include <string_view>

#include "proxy/http/query.h"

namespace likeness::proof {

// The one text that a URL's signature is made of (docs/signing.md), so that what caches and servers
// on the way change about a URL without changing its meaning (escapes, the order of parameters)
// does not break the signature, and whatever changes the meaning does:
//   "likeness-1\n" + path + "\n" + query
// Each segment of the path and each value is decoded and encoded again, with everything but
// A-Z a-z 0-9 - . _ ~ as %XX in upper case. Parameters are sorted by name, each as name=value,
// joined by "&"; "sig" is left out. Names are taken as they are, must consist of those characters,
// and may not occur twice, in any case: which of two holds is for each reader to decide.
//
// Holds everything in place. Immutable once made; a view of the URL.
class Canonical {
 public:
  // Longer texts cannot be signed, and no more parameters.
  static constexpr std::size_t kMaxBytes = 4'096;
  static constexpr std::size_t kMaxParameters = 16;

  Canonical(std::string_view path, std::string_view query);

  // False if the URL cannot be signed; then nothing else holds.
  [[nodiscard]] bool usable() const { return usable_; }
  [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }
  // The raw value of a parameter; empty without it.
  [[nodiscard]] std::string_view parameter(std::string_view name) const;

 private:
  bool write(std::string_view path);
  bool read_query(std::string_view query);
  bool append(char c);
  bool append(std::string_view text);
  // Decodes and encodes; '/' stays in a path.
  bool append_encoded(std::string_view text, bool path);

  bool usable_ = false;
  std::size_t size_ = 0;
  std::size_t count_ = 0;
  std::array<char, kMaxBytes> text_;  // Only the first size_ bytes mean anything.
  std::array<http::Parameter, kMaxParameters> parameters_;
};

}  // namespace likeness::proof

#endif  // LIKENESS_PROXY_PROOF_CANONICAL_H_
