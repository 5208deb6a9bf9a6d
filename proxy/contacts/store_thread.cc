#include "proxy/contacts/store_thread.h"

#include <stdexcept>
#include <string>

namespace likeness::contacts {
namespace {

ContactStore open(const std::filesystem::path& directory) {
  auto store = ContactStore::open(directory);
  if (!store)
    throw std::runtime_error("contact store " + directory.string() + ": " + store.error().detail);
  return std::move(*store);
}

}  // namespace

StoreThread::StoreThread(const std::filesystem::path& directory, std::size_t max_queued)
    : store_(open(directory)), thread_("contacts", max_queued) {}

}  // namespace likeness::contacts
