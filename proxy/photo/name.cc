#include "proxy/photo/name.h"

namespace likeness::photo {
namespace {

imaging::Format format_of(std::string_view content_type) {
  if (content_type == "image/png" || content_type == "image/gif") return imaging::Format::png;
  if (content_type == "image/webp") return imaging::Format::webp;
  if (content_type == "image/avif") return imaging::Format::avif;
  return imaging::Format::jpeg;
}

}  // namespace

imaging::Spec canonical_spec(const Ask& ask, const cache::Meta& meta) {
  const imaging::Size size{meta.width, meta.height};
  if (ask.kind == Ask::Kind::original)
    return imaging::canonical(size, {.format = format_of(meta.content_type)});
  return imaging::canonical(size, ask.spec);
}

std::string_view picture_name(const Ask& ask, const cache::Meta& meta, char* buffer) {
  if (meta.status != cache::Meta::Status::photo || ask.kind == Ask::Kind::meta) return {};
  if (ask.kind == Ask::Kind::source) return cache::kSourceName;
  return imaging::write_name(canonical_spec(ask, meta), buffer);
}

}  // namespace likeness::photo
