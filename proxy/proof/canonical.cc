#include "proxy/proof/canonical.h"

#include <algorithm>
#include <span>

#include "proxy/http/message.h"

namespace likeness::proof {
namespace {

bool unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool Canonical::append(char c) {
  if (size_ == kMaxBytes) return false;
  text_[size_++] = c;
  return true;
}

bool Canonical::append(std::string_view text) {
  if (text.size() > kMaxBytes - size_) return false;
  text.copy(text_.data() + size_, text.size());
  size_ += text.size();
  return true;
}

bool Canonical::append_encoded(std::string_view text, bool path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    const bool escaped = c == '%';
    if (escaped) {
      const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex(text[i + 2]) : -1;
      if (high < 0 || low < 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = unreserved(c) || (path && c == '/' && !escaped);
    if (plain ? !append(c)
              : !(append('%') && append(kDigits[byte >> 4U]) && append(kDigits[byte & 15U])))
      return false;
  }
  return true;
}

bool Canonical::read_query(std::string_view query) {
  while (const auto parameter = http::take_parameter(query)) {
    const auto so_far = std::span(parameters_).first(count_);
    if (count_ == kMaxParameters || parameter->name.empty() ||
        !std::ranges::all_of(parameter->name, unreserved) ||
        std::ranges::any_of(so_far, [&](const http::Parameter& other) {
          return http::same_name(other.name, parameter->name);
        }))
      return false;
    parameters_[count_++] = *parameter;
  }
  std::ranges::sort(std::span(parameters_).first(count_), {}, &http::Parameter::name);
  return true;
}

Canonical::Canonical(std::string_view path, std::string_view query) {
  usable_ = path.starts_with('/') && read_query(query) && write(path);
}

bool Canonical::write(std::string_view path) {
  if (!append("likeness-1\n") || !append_encoded(path, true)) return false;
  char separator = '\n';
  for (const http::Parameter& parameter : std::span(parameters_).first(count_)) {
    if (parameter.name == "sig") continue;
    if (!append(separator) || !append(parameter.name) || !append('=') ||
        !append_encoded(parameter.value, false))
      return false;
    separator = '&';
  }
  return separator == '&' || append(separator);
}

std::string_view Canonical::parameter(std::string_view name) const {
  for (const http::Parameter& parameter : std::span(parameters_).first(count_))
    if (parameter.name == name) return parameter.value;
  return {};
}

}  // namespace likeness::proof
