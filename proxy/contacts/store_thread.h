#ifndef LIKENESS_PROXY_CONTACTS_STORE_THREAD_H_
#define LIKENESS_PROXY_CONTACTS_STORE_THREAD_H_

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "config/base/error.h"
#include "config/base/loop.h"
#include "proxy/contacts/store.h"
#include "proxy/loop/side_thread.h"

namespace likeness::contacts {

// A contact store that loops can use: it works on a thread of its own, one question after the
// other, so that no loop ever waits for a disk.
//
// Thread-safe. Destroy it before the loops that ask it.
class StoreThread {
 public:
  // Makes sure that there is a mailbox of the name `mailbox`; people of its domain, if it has one,
  // can be named by the local part of their address. Throws std::runtime_error, with a sentence for
  // the operator, if the store cannot be opened.
  StoreThread(const std::filesystem::path& directory, std::string_view mailbox,
              std::size_t max_queued);

  // Runs `work` on the store's thread and then `done` with its result on `here`. Calls `done`
  // exactly once, never before ask() returns, unless the thread ends first. Error of its own:
  // overloaded (queue full).
  template <class T>
  void ask(Loop& here, std::move_only_function<Result<T>(ContactStore&)> work,
           std::move_only_function<void(Result<T>)> done) {
    auto home = std::make_shared<std::move_only_function<void(Result<T>)>>(std::move(done));
    SideThread::Task task = [this, &here, home, work = std::move(work)]() mutable {
      here.post([home, result = work(store_)]() mutable { (*home)(std::move(result)); });
    };
    if (thread_.submit(task)) return;
    here.post(
        [home] { (*home)(fail(Errc::overloaded, "too many questions to the contact store")); });
  }

 private:
  ContactStore store_;
  SideThread thread_;
};

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_STORE_THREAD_H_
