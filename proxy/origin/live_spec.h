#ifndef LIKENESS_PROXY_ORIGIN_LIVE_SPEC_H_
#define LIKENESS_PROXY_ORIGIN_LIVE_SPEC_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace likeness::origin {

enum class LiveKind : std::uint8_t { graph, outlook, ews, ucwa };

// An origin.spec that names a live service: "graph:https://HOST/prefix". Value.
struct LiveSpec {
  LiveKind kind = LiveKind::graph;
  std::string base;  // Without a slash at its end.
};

// Nothing if the spec is of another kind.
[[nodiscard]] inline std::optional<LiveSpec> live_spec(std::string_view spec) {
  struct Word {
    std::string_view word;
    LiveKind kind;
  };
  for (const auto& [word, kind] :
       {Word{"graph:", LiveKind::graph}, Word{"outlook:", LiveKind::outlook},
        Word{"ews:", LiveKind::ews}, Word{"ucwa:", LiveKind::ucwa}}) {
    if (!spec.starts_with(word)) continue;
    spec.remove_prefix(word.size());
    while (spec.ends_with('/')) spec.remove_suffix(1);
    return LiveSpec{kind, std::string(spec)};
  }
  return std::nullopt;
}

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_LIVE_SPEC_H_
