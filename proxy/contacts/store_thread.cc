#include "proxy/contacts/store_thread.h"

#include <stdexcept>
#include <string>

namespace likeness::contacts {
namespace {

ContactStore open(const std::filesystem::path& directory, std::string_view mailbox) {
  const auto complain = [&](const Error& error) {
    throw std::runtime_error("contact store " + directory.string() + ": " + error.detail);
  };
  ContactStore::Options options;
  if (const auto at = mailbox.rfind('@'); at != std::string_view::npos)
    options.home_domain = mailbox.substr(at + 1);
  auto store = ContactStore::open(directory, std::move(options));
  if (!store) complain(store.error());
  if (const auto made = store->ensure_mailbox(mailbox); !made) complain(made.error());
  return std::move(*store);
}

}  // namespace

StoreThread::StoreThread(const std::filesystem::path& directory, std::string_view mailbox,
                         std::size_t max_queued)
    : store_(open(directory, mailbox)), thread_("contacts", max_queued) {}

}  // namespace likeness::contacts
