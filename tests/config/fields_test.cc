#include "config/fields.h"

#include <catch2/catch.hpp>
#include <set>

#include "config/check.h"

namespace likeness::config {
namespace {

// Converts to anything: as many of these as fit into T's braces, so many members T has.
struct Anything {
  template <class T>
  operator T() const;  // Never called.
};

template <class T, class... Fillers>
constexpr std::size_t count_members() {
  if constexpr (requires { T{Fillers{}..., Anything{}}; }) {
    return count_members<T, Fillers..., Anything>();
  } else {
    return sizeof...(Fillers);
  }
}

std::size_t count_fields(std::string_view section) {
  return static_cast<std::size_t>(
      std::ranges::count(fields(), section, [](const Field& field) { return field.section(); }));
}

// A value of the field's type other than its default, as a flag would give it.
std::string other_text(const Field& field) {
  const std::string now = read_text(field, Settings{});
  if (now == "true" || now == "false") return now == "true" ? "false" : "true";
  if (const auto& choices = field.rules.choices; !choices.empty())
    return std::string(choices.front() == now ? choices.back() : choices.front());
  if (std::holds_alternative<Place<std::string>>(field.slot)) return "other";
  if (std::holds_alternative<Place<std::vector<std::string>>>(field.slot)) return "a:1,b:2";
  return format_quantity(field.rules.max, units(field));
}

TEST_CASE("the table names every field of every section") {
  CHECK(sections().size() == count_members<Settings>());
  CHECK(count_fields("http") == count_members<HttpSettings>());
  CHECK(count_fields("origin") == count_members<OriginSettings>());
  CHECK(count_fields("forward") == count_members<ForwardSettings>());
  CHECK(count_fields("redis") == count_members<RedisSettings>());
  CHECK(count_fields("memory") == count_members<MemorySettings>());
  CHECK(count_fields("imaging") == count_members<ImagingSettings>());
  CHECK(count_fields("freshness") == count_members<FreshnessSettings>());
  CHECK(count_fields("cdn") == count_members<CdnSettings>());
  CHECK(count_fields("web") == count_members<WebSettings>());
  CHECK(count_fields("fallback") == count_members<FallbackSettings>());
  CHECK(count_fields("purge") == count_members<PurgeSettings>());
  CHECK(count_fields("photo") == count_members<PhotoSettings>());
  CHECK(count_fields("access") == count_members<AccessSettings>());
  CHECK(count_fields("contacts") == count_members<ContactsSettings>());
  CHECK(count_fields("limits") == count_members<LimitSettings>());
  CHECK(count_fields("page") == count_members<PageSettings>());
  CHECK(count_fields("log") == count_members<LogSettings>());
}

TEST_CASE("no two lines of the table mean the same field") {
  std::set<std::string_view> paths;
  std::set<std::string> names;
  std::set<const void*> places;
  Settings settings;
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    CHECK(paths.insert(field.path).second);
    CHECK(names.insert(environment_name(field)).second);
    const void* place = std::visit(
        [&](const auto& slot) -> const void* { return &slot.change(settings); }, field.slot);
    CHECK(places.insert(place).second);
    CHECK(place == std::visit([&](const auto& slot) -> const void* { return &slot.read(settings); },
                              field.slot));
  }
}

TEST_CASE("every default is allowed") {
  const Settings defaults;
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    Settings settings;
    CHECK(assign(field, read(field, defaults), settings));
  }
  CHECK(check(defaults).empty());
}

TEST_CASE("every range fits its type") {
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    CHECK(field.rules.min <= field.rules.max);
    CHECK(field.rules.min >= 0);
    if (std::holds_alternative<Place<int>>(field.slot)) {
      CHECK(field.rules.max <= std::numeric_limits<int>::max());
    }
  }
}

TEST_CASE("every field can be set from text and reads back") {
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    Settings settings;
    const std::string text = other_text(field);
    REQUIRE(assign_text(field, text, settings));
    CHECK(read_text(field, settings) == text);
    CHECK(read_text(field, settings) != read_text(field, Settings{}));
  }
}

TEST_CASE("a value out of range is refused with the range") {
  const Field& field = *find_field("imaging.jpeg_quality");
  Settings settings;
  for (const char* text : {"0", "101", "-1", "99999999999999999999"}) {
    CAPTURE(text);
    const auto done = assign_text(field, text, settings);
    REQUIRE(!done);
    CHECK(done.error().detail == "expected a whole number, from 1 to 100");
  }
  CHECK(settings.imaging.jpeg_quality == 80);
}

TEST_CASE("only what reloads is taken over, and the rest is named") {
  Settings running;
  Settings loaded;
  CHECK(take_over(loaded, running).empty());
  loaded.access.signing_keys = {"k:00"};
  loaded.limits.burst = 7;
  loaded.log.level = "warn";
  loaded.http.workers = 3;
  loaded.access.right_ttl = seconds(1);
  CHECK(take_over(loaded, running) ==
        std::vector<std::string_view>{"http.workers", "access.right_ttl"});
  CHECK(running.access.signing_keys == loaded.access.signing_keys);
  CHECK(running.limits.burst == 7);
  CHECK(running.log.level == "warn");
  CHECK(running.http.workers == Settings{}.http.workers);
}

TEST_CASE("a list in text is separated by commas") {
  Settings settings;
  REQUIRE(assign_text(*find_field("http.listen"), "127.0.0.1:0,[::1]:0", settings));
  CHECK(settings.http.listen == std::vector<std::string>{"127.0.0.1:0", "[::1]:0"});
}

TEST_CASE("a field has the same name in the environment, but for its spelling") {
  CHECK(environment_name(*find_field("http.max_head_bytes")) == "LIKENESS_HTTP_MAX_HEAD_BYTES");
  CHECK(find_field("http.max_head") == nullptr);
}

}  // namespace
}  // namespace likeness::config
