#ifndef LIKENESS_PROXY_REST_PHOTO_UPLOADS_H_
#define LIKENESS_PROXY_REST_PHOTO_UPLOADS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/bytes.h"
#include "imaging/spec.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/rest/callers.h"
#include "proxy/rest/ports.h"

namespace likeness::rest {

// Writes photos into the embedded store, for every dialect that has a way to, on one loop.
//
// A PUT is decoded whole in an imaging worker first, so that what is stored can be served: a JPEG
// is kept as it is, all else becomes one. An empty PUT removes the photo, as DELETE does. The
// answer comes when the photo is on the disk and the one that it replaces is cached nowhere any
// more, under none of its names. A picture that cannot be used is unsupported_media, one over a
// limit too_large; then nothing was changed.
//
// Loop-confined. Outlives the exchanges that it has been given.
class PhotoUploads {
 public:
  // `ports` and `callers` outlive the uploads.
  PhotoUploads(const Ports& ports, const Callers& callers) : ports_(ports), callers_(callers) {}

  // Can a photo so called be written, if there is one?
  [[nodiscard]] static bool take(const http::Request& request, const dialects::Call& call);

  // Puts the caller's name in the place of "me" in the photo's id: "me", "me/contacts/{id}".
  [[nodiscard]] Result<void> name_caller(const http::Request& request, dialects::Call& call) const;

  // Takes the exchange, and answers later, if the request is a PUT or DELETE; else false, and
  // `exchange` is untouched. REQUIRES: take(request, call).
  [[nodiscard]] bool handle(const http::Request& request, const dialects::Call& call,
                            Exchange& exchange);

 private:
  struct Upload;
  using UploadPtr = std::unique_ptr<Upload>;
  using Names = std::vector<std::string>;

  void convert(UploadPtr upload, SharedBytes bytes);
  void store(UploadPtr upload, SharedBytes bytes, imaging::Size size);
  void remove(UploadPtr upload);
  void finish(UploadPtr upload, Result<Names> names);

  const Ports& ports_;
  const Callers& callers_;
};

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_PHOTO_UPLOADS_H_
