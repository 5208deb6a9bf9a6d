#include "proxy/debug.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/url.h"
#include "proxy/dialects/web.h"
#include "proxy/origin/source.h"
#include "proxy/photo/freshness.h"

namespace likeness {
namespace {

using cache::Meta;
using dialects::Dialect;
using nlohmann::ordered_json;

std::string_view name_of(Meta::Status status) {
  switch (status) {
    case Meta::Status::photo: return "photo";
    case Meta::Status::no_photo: return "no photo";
    case Meta::Status::failed: return "failed";
  }
  return "failed";
}

std::string_view name_of(photo::Freshness freshness) {
  switch (freshness) {
    case photo::Freshness::fresh: return "fresh";
    case photo::Freshness::revalidating: return "stale, while revalidating";
    case photo::Freshness::fallback: return "stale, if the origin fails";
    case photo::Freshness::expired: return "expired";
  }
  return "expired";
}

ordered_json describe(const Meta& meta, WallClock::time_point now,
                      const FreshnessSettings& settings) {
  ordered_json origin{{"said", name_of(meta.status)}, {"at", dialects::iso_date(meta.fetched)}};
  if (!meta.origin_etag.empty()) origin["etag"] = meta.origin_etag;
  if (!meta.origin_last_modified.empty()) origin["lastModified"] = meta.origin_last_modified;
  const bool retrying = now < meta.retry_at;
  if (meta.status == Meta::Status::failed || retrying) origin["failure"] = name(meta.failure);
  if (retrying) origin["notAskedBefore"] = dialects::iso_date(meta.retry_at);
  ordered_json described{{"version", meta.version}};
  if (meta.status == Meta::Status::photo) {
    described["width"] = meta.width;
    described["height"] = meta.height;
    described["contentType"] = meta.content_type;
    described["bytes"] = meta.bytes;
  }
  described["state"] = name_of(photo::freshness(meta, now, settings));
  described["freshUntil"] = dialects::iso_date(meta.fresh_until);
  described["origin"] = std::move(origin);
  return described;
}

ordered_json describe_memory(const photo::Inspection& seen, WallClock::time_point now,
                             const FreshnessSettings& settings) {
  if (!seen.meta) return nullptr;
  ordered_json memory = describe(*seen.meta, now, settings);
  memory["vouched"] = seen.vouched;
  memory["inStore"] = seen.meta->shared && seen.stored.has_value();
  memory["pictures"] = ordered_json::array();
  for (const auto& [name, picture] : seen.pictures)
    memory["pictures"].push_back({{"name", name},
                                  {"width", picture->width},
                                  {"height", picture->height},
                                  {"contentType", picture->content_type},
                                  {"bytes", picture->bytes->size()},
                                  {"etag", picture->etag}});
  return memory;
}

ordered_json describe_stored(const Result<cache::Listing>& stored, WallClock::time_point now,
                             const FreshnessSettings& settings) {
  if (!stored) return {{"error", name(stored.error().code)}};
  if (!stored->meta && !stored->claimed) return nullptr;
  ordered_json record =
      stored->meta ? describe(*stored->meta, now, settings) : ordered_json::object();
  record["claimed"] = stored->claimed;
  record["secondsLeft"] = std::chrono::floor<seconds>(stored->life).count();
  record["pictures"] = ordered_json::array();
  for (const auto& [name, bytes] : stored->pictures)
    record["pictures"].push_back({{"name", name}, {"bytes", bytes}});
  return record;
}

}  // namespace

std::string inspection_document(std::string_view photo, const photo::Inspection& inspection,
                                WallClock::time_point now, const FreshnessSettings& settings) {
  ordered_json document{{"photo", photo},
                        {"loop", inspection.loop},
                        {"memory", describe_memory(inspection, now, settings)}};
  if (inspection.stored) document["store"] = describe_stored(*inspection.stored, now, settings);
  document["flight"] = nullptr;
  if (const auto& flight = inspection.flight)
    document["flight"] = {{"doing", flight->doing},
                          {"waiters", flight->waiters},
                          {"milliseconds", flight->age.count()}};
  if (inspection.newest) document["newestKnown"] = *inspection.newest;
  // A validator is whatever bytes the origin sent.
  return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + '\n';
}

Debug::Debug(Loop& loop, photo::Service& service, const Settings& settings)
    : loop_(loop),
      service_(service),
      settings_(settings),
      fold_addresses_(origin::names_people(settings.origin.spec)) {}

void Debug::handle(const http::Request& request, Exchange exchange) {
  const auto answer_error = [&](const Error& error) {
    refuse(exchange, Dialect::web, error, request.header("accept"));
  };
  std::string_view path = request.path.substr(std::string_view("/debug").size());
  const auto what = dialects::take_segment(path);
  const auto segment = what == "photo" ? dialects::take_segment(path) : std::nullopt;
  if (!segment || !path.empty()) return answer_error({Errc::unknown_route, {}, {}});
  auto id = dialects::decode_id(*segment, settings_.photo.max_id_bytes);
  if (!id)
    return answer_error({Errc::bad_request, "the photo's id is too long or badly encoded", {}});
  if (fold_addresses_) *id = dialects::with_folded_addresses(*id);
  std::string photo(id->view());
  service_.inspect(
      loop_, photo, [this, photo, exchange = std::move(exchange)](const auto& seen) mutable {
        http::Lines lines = exchange.lines();
        lines.line("Cache-Control: no-store");
        send_document(exchange, lines, 200,
                      {inspection_document(photo, seen, WallClock::now(), settings_.freshness),
                       "application/json; charset=utf-8"},
                      telemetry::CacheOutcome::none);
      });
}

}  // namespace likeness
