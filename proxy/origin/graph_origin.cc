#include "proxy/origin/graph_origin.h"

#include <memory>
#include <utility>
#include <vector>

#include "proxy/origin/service_error.h"

namespace likeness::origin {
namespace {

// Our validator is a metadata's tag with this before it, or else an ETag of $value as it came.
constexpr std::string_view kTag = "media:";

// What `reader` makes of a good answer's body.
template <class T>
Result<T> read_body(Result<ClientResponse> response, Result<T> (*reader)(std::string_view)) {
  if (!response) return std::unexpected(std::move(response.error()));
  return reader(response->body);
}

}  // namespace

// The search for one photo, along the chain of places where it may be. Lives as long as a request
// of it is under way.
class GraphOrigin::Search : public std::enable_shared_from_this<Search> {
 public:
  // Where it was found, and the tag of its metadata, if it has one.
  struct Found {
    std::string photo;
    std::string tag;
  };
  using Done = std::move_only_function<void(Result<Found>)>;

  Search(GraphOrigin& origin, const Credentials& caller, Done done)
      : origin_(origin),
        caller_{caller.authorization, {}, caller.traceparent},
        done_(std::move(done)) {}

  void start(const GraphPlace& place) {
    contact_ = place.contact;
    look(place.photo);
  }

 private:
  void get(const std::string& path, std::move_only_function<void(Result<ClientResponse>)> done) {
    origin_.client_.get(origin_.base_ + path, {"Accept: application/json"}, caller_,
                        std::move(done));
  }

  void look(const std::string& photo) {
    get(photo, [self = shared_from_this(), photo](Result<ClientResponse> response) {
      auto tag = read_body(std::move(response), &read_graph_metadata);
      if (tag) return self->done_(Found{photo, std::move(*tag)});
      const bool none = tag.error().code == Errc::no_photo;
      if (none && !self->contact_.empty()) return self->read_addresses();
      if (none && !self->addresses_.empty()) return self->look_at_next_user();
      self->done_(std::unexpected(std::move(tag.error())));
    });
  }

  void read_addresses() {
    const bool graph = origin_.flavour_ == GraphFlavour::graph;
    const std::string contact = std::exchange(contact_, {});
    if (!origin_.settings_.fallback_to_user) return done_(fail(Errc::no_photo, "no contact photo"));
    get(contact + (graph ? "?$select=emailAddresses" : "?$select=EmailAddresses"),
        [self = shared_from_this()](Result<ClientResponse> response) {
          auto addresses = read_body(std::move(response), &read_graph_addresses);
          // Whoever may see photos alone knows already that there is none.
          if (!addresses && addresses.error().code == Errc::origin_refused)
            addresses.error().code = Errc::no_photo;
          if (!addresses) return self->done_(std::unexpected(std::move(addresses.error())));
          self->addresses_ = std::move(*addresses);
          if (self->addresses_.empty())
            return self->done_(fail(Errc::no_photo, "neither photo nor address"));
          self->look_at_next_user();
        });
  }

  void look_at_next_user() {
    const std::string address = std::move(addresses_.front());
    addresses_.erase(addresses_.begin());
    look(graph_place(origin_.flavour_, address, {}).photo);
  }

  GraphOrigin& origin_;
  const Credentials caller_;
  Done done_;
  std::string contact_;  // While its addresses may still be asked for.
  std::vector<std::string> addresses_;
};

GraphOrigin::GraphOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared,
                         GraphFlavour flavour, std::string base)
    : settings_(settings),
      flavour_(flavour),
      base_(std::move(base)),
      client_(loop, settings, shared, &graph_trouble) {}

void GraphOrigin::fetch(std::string_view photo, const Validators& have, const Credentials& caller,
                        Done done) {
  auto found = [this, have, caller, done = std::move(done)](Result<Search::Found> place) mutable {
    if (!place) return done(std::unexpected(std::move(place.error())));
    Validators validators;
    if (!place->tag.empty()) validators.etag = std::string(kTag) + place->tag;
    if (!validators.empty() && validators.etag == have.etag)
      return done(Fetched{nullptr, std::move(validators), std::nullopt});
    std::vector<std::string> headers{"Accept: image/*"};
    if (validators.empty() && !have.etag.empty() && !have.etag.starts_with(kTag))
      headers.push_back("If-None-Match: " + have.etag);
    client_.get(base_ + place->photo + "/$value", std::move(headers),
                {caller.authorization, {}, caller.traceparent},
                [validators = std::move(validators),
                 done = std::move(done)](Result<ClientResponse> response) mutable {
                  if (!response) return done(std::unexpected(std::move(response.error())));
                  auto fetched = read_photo(std::move(*response));
                  if (fetched && !validators.empty()) fetched->validators = std::move(validators);
                  done(std::move(fetched));
                });
  };
  std::make_shared<Search>(*this, caller, std::move(found))
      ->start(graph_place(flavour_, photo, settings_.user));
}

void GraphOrigin::check(std::string_view photo, const Validators& /*have*/,
                        const Credentials& caller, Checked done) {
  if (!client_.asks_as_caller()) return client_.answer_yes(std::move(done));
  auto found = [done = std::move(done)](Result<Search::Found> place) mutable {
    if (!place) return done(std::unexpected(std::move(place.error())));
    done({});
  };
  std::make_shared<Search>(*this, caller, std::move(found))
      ->start(graph_place(flavour_, photo, settings_.user));
}

}  // namespace likeness::origin
