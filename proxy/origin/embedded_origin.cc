#include "proxy/origin/embedded_origin.h"

#include <string>
#include <utility>

#include "proxy/http/message.h"

namespace likeness::origin {
namespace {

constexpr seconds kMaxAge{60};

Validators validators_of(const contacts::PhotoInfo& info) {
  return {'"' + info.version + '"', http::date(info.modified.time_since_epoch().count())};
}

Result<Fetched> read(contacts::ContactStore& store, std::string_view id, const Validators& have) {
  const auto owner = store.photo_owner(id);
  if (!owner) return std::unexpected(owner.error());
  const auto info = store.photo_info(owner->mailbox_id, owner->contact_id);
  if (!info) return std::unexpected(info.error());
  auto validators = validators_of(*info);
  if (have.etag == validators.etag) return Fetched{nullptr, std::move(validators), kMaxAge};
  auto photo = store.photo(owner->mailbox_id, owner->contact_id);
  if (!photo) return std::unexpected(std::move(photo.error()));
  return Fetched{share(std::move(photo->bytes)), validators_of(photo->info), kMaxAge};
}

Result<bool> may_see(contacts::ContactStore& store, std::string_view id, std::string_view user) {
  const auto owner = store.photo_owner(id);
  if (!owner) return std::unexpected(owner.error());
  if (owner->contact_id.empty()) return true;
  const auto mailbox = store.mailbox(user);
  return mailbox && mailbox->id == owner->mailbox_id;
}

}  // namespace

void EmbeddedOrigin::fetch(std::string_view photo, const Validators& have,
                           const Credentials& /*caller*/, Done done) {
  ++stats_.requests;
  ++stats_.in_flight;
  store_.ask<Fetched>(
      loop_,
      [id = std::string(photo), have](contacts::ContactStore& store) {
        return read(store, id, have);
      },
      lifetime_.bind([this, done = std::move(done)](Result<Fetched> result) mutable {
        --stats_.in_flight;
        if (!result && result.error().code != Errc::no_photo) ++stats_.errors;
        done(std::move(result));
      }));
}

void EmbeddedOrigin::check(std::string_view photo, const Validators& /*have*/,
                           const Credentials& caller, Checked done) {
  const auto grant = tokens_.find(caller.authorization);
  if (grant == nullptr || !grant->may_read) {
    loop_.post(
        lifetime_.bind([done = std::move(done)]() mutable { done(fail(Errc::origin_refused)); }));
    return;
  }
  store_.ask<bool>(
      loop_,
      [id = std::string(photo), user = grant->user](contacts::ContactStore& store) {
        return may_see(store, id, user);
      },
      lifetime_.bind([done = std::move(done)](const Result<bool>& yes) mutable {
        if (!yes) return done(std::unexpected(yes.error()));
        done(*yes ? Result<void>() : fail(Errc::origin_refused));
      }));
}

}  // namespace likeness::origin
