#ifndef LIKENESS_PROXY_DIALECTS_XML_H_
#define LIKENESS_PROXY_DIALECTS_XML_H_

#include <string>
#include <string_view>

namespace likeness::dialects {

// A text as XML's element or quoted attribute holds it. What XML cannot hold at all, control
// characters and broken UTF-8, becomes U+FFFD.
[[nodiscard]] std::string escape_xml(std::string_view text);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_XML_H_
