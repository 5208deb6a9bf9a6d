#include <algorithm>

#include "proxy/contacts/encoding.h"
#include "proxy/contacts/store_rows.h"

namespace likeness::contacts {
namespace {

constexpr std::size_t kSealBytes = 16;
constexpr std::size_t kNumbers = 5;
constexpr std::size_t kTokenBytes = 1 + kNumbers * 8 + kSealBytes;
constexpr char kTokenVersion = 1;

void put_number(std::string& bytes, std::int64_t number) {
  for (int shift = 56; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<unsigned char>((number >> shift) & 0xFF));
  }
}

std::int64_t number_at(std::string_view bytes, std::size_t index) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(1 + index * 8, 8)) {
    number = (number << 8) | static_cast<unsigned char>(c);
  }
  return static_cast<std::int64_t>(number);
}

struct Event {
  std::int64_t seq = 0;
  std::int64_t contact = 0;  // 0 for one that is gone.
  std::string id;
};

}  // namespace

// A round tells the changes numbered (since, upper], in the order of their numbers. `upper` is the
// mailbox's number when the round began: a contact that changes during the round leaves it for the
// next one, since it has one number, its latest. So a round ends however much is written, tells no
// contact twice, and the rounds together miss nothing.
struct ContactStore::SyncToken {
  std::int64_t mailbox = 0;
  std::int64_t folder = 0;  // 0 means all of the mailbox.
  std::int64_t since = 0;
  std::int64_t position = 0;  // Told up to here.
  std::int64_t upper = 0;     // 0 means that the round has not begun.
};

std::string ContactStore::seal(const SyncToken& token) const {
  std::string bytes(1, kTokenVersion);
  for (const std::int64_t number :
       {token.mailbox, token.folder, token.since, token.position, token.upper}) {
    put_number(bytes, number);
  }
  bytes += hmac_sha256(token_key_, bytes).substr(0, kSealBytes);
  return base64_url(bytes);
}

Result<ContactStore::SyncToken> ContactStore::unseal(std::string_view text) const {
  const auto bytes = from_base64(text);
  if (!bytes || bytes->size() != kTokenBytes || bytes->front() != kTokenVersion) {
    return fail(Errc::bad_request, "$deltatoken: is no token of ours");
  }
  const std::string_view body = std::string_view(*bytes).substr(0, kTokenBytes - kSealBytes);
  if (!equal_in_constant_time(hmac_sha256(token_key_, body).substr(0, kSealBytes),
                              std::string_view(*bytes).substr(body.size()))) {
    // Most likely of a store that this one replaced: the client must start over, not give up.
    return fail(Errc::gone, "$deltatoken: is not of this store");
  }
  return SyncToken{number_at(body, 0), number_at(body, 1), number_at(body, 2), number_at(body, 3),
                   number_at(body, 4)};
}

Result<ContactStore::SyncToken> ContactStore::round_of(const MailboxRow& mailbox,
                                                       std::int64_t folder,
                                                       std::string_view text) const {
  SyncToken token{.mailbox = mailbox.key, .folder = folder};
  if (!text.empty()) {
    auto unsealed = unseal(text);
    if (!unsealed) return unsealed;
    token = *unsealed;
    if (token.mailbox != mailbox.key || token.folder != folder) {
      return fail(Errc::bad_request, "$deltatoken: is of another folder");
    }
  }
  if (token.upper == 0) token.upper = mailbox.seq;
  // A round over all contacts (since 0) needs no tombstone; a number from the future is of a store
  // that was put back to an older state.
  const bool forgotten = token.since > 0 && token.position < mailbox.pruned_seq;
  if (forgotten || token.upper > mailbox.seq) {
    return fail(Errc::gone, "$deltatoken: is too old");
  }
  return token;
}

Result<ChangePage> ContactStore::changes(std::string_view mailbox, std::string_view folder,
                                         std::string_view token, int page_size) {
  return walled([&]() -> Result<ChangePage> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    std::int64_t scope = 0;
    if (!folder.empty()) {
      auto row = folder_row(*box, folder);
      if (!row) return std::unexpected(std::move(row.error()));
      scope = row->key;
    }
    auto round = round_of(*box, scope, token);
    if (!round) return std::unexpected(std::move(round.error()));
    return tell(*round, std::clamp(page_size, 1, odata::kMaxTop));
  });
}

Result<ChangePage> ContactStore::tell(SyncToken round, int page_size) {
  const std::string scope = round.folder == 0 ? "mailbox = ?1" : "folder = ?1";
  const std::string told_before = round.folder == 0 ? " AND moved = 0" : "";
  // One more than the page holds, to know whether there is more.
  sql::Statement find(
      *database_,
      "SELECT seq, contact, '' FROM (SELECT seq, contact FROM contacts WHERE " + scope +
          " AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ?5) UNION ALL "
          "SELECT seq, 0, contact_id FROM (SELECT seq, contact_id FROM tombstones WHERE " +
          scope + " AND seq > ?2 AND seq <= ?3 AND created_seq <= ?4" + told_before +
          " ORDER BY seq LIMIT ?5) ORDER BY 1 LIMIT ?5");
  find.bind(round.folder == 0 ? round.mailbox : round.folder);
  find.bind(round.position);
  find.bind(round.upper);
  find.bind(round.since);
  find.bind(page_size + 1);
  std::vector<Event> events;
  while (find.step()) {
    events.push_back({find.integer(0), find.integer(1), std::string(find.text(2))});
  }
  ChangePage page;
  page.more = std::cmp_greater(events.size(), page_size);
  if (page.more) events.pop_back();
  for (Event& event : events) {
    if (event.contact == 0) {
      page.changes.push_back({std::move(event.id), std::nullopt});
      continue;
    }
    auto contact = read_contact(event.contact);
    if (!contact) return std::unexpected(std::move(contact.error()));
    std::string id = contact->id;
    page.changes.push_back({std::move(id), std::move(*contact)});
  }
  if (page.more) {
    round.position = events.back().seq;
  } else {
    round.since = round.position = round.upper;
    round.upper = 0;
  }
  page.token = seal(round);
  return page;
}

}  // namespace likeness::contacts
