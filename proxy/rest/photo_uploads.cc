#include "proxy/rest/photo_uploads.h"

#include <utility>

#include "imaging/sniff.h"
#include "proxy/answer/answer.h"
#include "proxy/contacts/text.h"
#include "proxy/dialects/url.h"
#include "proxy/rest/operation.h"
#include "proxy/telemetry/log.h"

namespace likeness::rest {
namespace {

using dialects::Call;
using dialects::Dialect;
using http::Method;

// Of photos that become a JPEG here: it is decoded once more for every size.
constexpr int kQuality = 92;
// A small picture: decoding it looks at all of the file's data.
constexpr imaging::Size kProof{64, 64};

// Says the client that it sends a picture? Which one, its bytes tell.
bool may_be_picture(const http::Request& request) {
  std::string_view type = request.header("content-type");
  type = contacts::trimmed(type.substr(0, type.find(';')));
  return type.empty() || contacts::equal_ignoring_case(type.substr(0, 6), "image/") ||
         contacts::equal_ignoring_case(type, "application/octet-stream");
}

// The contact or mailbox that a photo is of, if the caller may write it.
Result<contacts::PhotoOwner> writable_owner(contacts::ContactStore& store, std::string_view photo,
                                            const Caller& caller) {
  const auto own = mailbox_of(store, {}, caller);  // His first request may be this one.
  if (!own) return std::unexpected(own.error());
  auto owner = store.photo_owner(photo);
  if (!owner && owner.error().code == Errc::no_photo)
    return fail(Errc::not_found, std::move(owner.error().detail));
  if (owner && caller.confined && own->id != owner->mailbox_id)
    return fail(Errc::not_found, "of another mailbox");
  return owner;
}

// What went wrong with an upload is the client's doing where it would be the origin's elsewhere.
Error upload_error(Error error) {
  if (error.code == Errc::bad_source) return {Errc::unsupported_media, {}, {}};
  if (error.code == Errc::source_too_large) return {Errc::too_large, {}, {}};
  return error;
}

}  // namespace

struct PhotoUploads::Upload {
  std::string photo;
  Dialect dialect;
  bool put;  // Else it is being removed by DELETE.
  std::string accept;
  Caller caller;
  Exchange exchange;

  void refuse(const Error& error, std::string_view more = {}) {
    if (error.code == Errc::internal) log::error("contacts: {}", error.detail);
    if (more.empty() && error.code == Errc::overloaded) more = "Retry-After: 1";
    likeness::refuse(exchange, dialect, error, accept, more);
  }
};

// The photo itself is written, not a size of it.
bool PhotoUploads::take(const http::Request& request, const Call& call) {
  switch (call.dialect) {
    case Dialect::outlook:
    case Dialect::graph:
      return call.form != dialects::Form::list && call.ask.spec.box == imaging::Size{};
    case Dialect::ucwa:
    case Dialect::ews: return false;
    case Dialect::web: break;
  }
  std::string_view path = request.path;
  static_cast<void>(dialects::take_segment(path));
  static_cast<void>(dialects::take_segment(path));
  return path.empty() || path == "/original";
}

bool PhotoUploads::handle(const http::Request& request, const Call& call, Exchange& exchange) {
  const bool put = request.method == Method::put;
  if (!put && request.method != Method::del) return false;
  auto upload = std::make_unique<Upload>(Upload{.photo = {},
                                                .dialect = call.dialect,
                                                .put = put,
                                                .accept = std::string(request.header("accept")),
                                                .caller = {},
                                                .exchange = std::move(exchange)});
  auto caller = callers_.caller_of(request, true);
  if (!caller) {
    upload->refuse(caller.error(), challenge(caller.error()));
    return true;
  }
  upload->photo = call.photo.view();
  upload->caller = std::move(*caller);
  if (request.body_too_large) {
    upload->refuse({Errc::too_large, {}, {}});
  } else if (!put || request.body.empty()) {
    remove(std::move(upload));
  } else if (!may_be_picture(request)) {
    upload->refuse({Errc::unsupported_media, {}, {}});
  } else {
    convert(std::move(upload), share(std::string(request.body)));
  }
  return true;
}

void PhotoUploads::convert(UploadPtr upload, SharedBytes bytes) {
  const bool is_jpeg = imaging::sniff(*bytes) == imaging::SourceFormat::jpeg;
  imaging::Spec spec{.fit = imaging::Fit::contain, .quality = kQuality};
  if (is_jpeg) spec.box = kProof;
  ports_.render({.source = bytes, .wanted = {spec}},
                [this, upload = std::move(upload), bytes, is_jpeg,
                 began = Clock::now()](Result<imaging::Rendered> rendered) mutable {
                  upload->exchange.waited(&photo::Waits::imaging, began);
                  if (!rendered) return upload->refuse(upload_error(std::move(rendered.error())));
                  const auto& made = rendered->pictures.front();
                  if (is_jpeg) {
                    store(std::move(upload), std::move(bytes), rendered->info.size);
                  } else {
                    store(std::move(upload), made.bytes, made.size);
                  }
                });
}

void PhotoUploads::store(UploadPtr upload, SharedBytes bytes, imaging::Size size) {
  auto work = [photo = upload->photo, caller = upload->caller, bytes = std::move(bytes),
               size](contacts::ContactStore& store) -> Result<Names> {
    const auto owner = writable_owner(store, photo, caller);
    if (!owner) return std::unexpected(owner.error());
    const auto put = store.put_photo(owner->mailbox_id, owner->contact_id,
                                     {*bytes, "image/jpeg", size.width, size.height});
    if (!put) return std::unexpected(put.error());
    return store.photo_names(*owner);
  };
  ports_.store.ask<Names>(
      ports_.loop, std::move(work),
      [this, upload = std::move(upload), began = Clock::now()](Result<Names> names) mutable {
        upload->exchange.waited(&photo::Waits::contacts, began);
        finish(std::move(upload), std::move(names));
      });
}

void PhotoUploads::remove(UploadPtr upload) {
  auto work = [photo = upload->photo, caller = upload->caller,
               put = upload->put](contacts::ContactStore& store) -> Result<Names> {
    const auto owner = writable_owner(store, photo, caller);
    if (!owner) return std::unexpected(owner.error());
    const auto removed = store.remove_photo(owner->mailbox_id, owner->contact_id);
    // After an empty PUT there is no photo, and it does not matter whether there was one.
    if (!removed && !(put && removed.error().code == Errc::no_photo))
      return std::unexpected(removed.error());
    return store.photo_names(*owner);
  };
  ports_.store.ask<Names>(
      ports_.loop, std::move(work),
      [this, upload = std::move(upload), began = Clock::now()](Result<Names> names) mutable {
        upload->exchange.waited(&photo::Waits::contacts, began);
        finish(std::move(upload), std::move(names));
      });
}

void PhotoUploads::finish(UploadPtr upload, Result<Names> names) {
  if (!names) return upload->refuse(names.error());
  ports_.forget(std::move(*names), [upload = std::move(upload), began = Clock::now()] {
    upload->exchange.waited(&photo::Waits::store, began);
    http::Lines lines = upload->exchange.lines();
    lines.line("Cache-Control: no-store");
    const bool has_answer = upload->put && upload->dialect != Dialect::web;
    upload->exchange.send({.status = has_answer ? 200 : 204, .lines = lines.view()},
                          telemetry::CacheOutcome::stored);
  });
}

Result<void> PhotoUploads::name_caller(const http::Request& request, Call& call) const {
  constexpr std::string_view kMe = "me";
  const std::string_view id = call.photo.view();
  if (id != kMe && !id.starts_with("me/")) return {};
  const auto caller = callers_.caller_of(request, false);
  if (!caller) return std::unexpected(caller.error());
  photo::PhotoId named;
  if (!named.append(contacts::fold(caller->user)) || !named.append(id.substr(kMe.size())))
    return fail(Errc::bad_request, "the photo's id is too long");
  call.photo = named;
  return {};
}

}  // namespace likeness::rest
