#ifndef LIKENESS_IMAGING_LINK_H_
#define LIKENESS_IMAGING_LINK_H_

#include <sys/types.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>

#include "config/base/bytes.h"
#include "config/base/loop.h"
#include "imaging/frame.h"

namespace likeness::imaging {

// A Link is one worker process and the socket to it: it starts the process, carries frames both
// ways without ever blocking, and tells when the process has ended, for whatever reason.
//
// Loop-confined. Destruction kills the process and waits for its end, which is then a matter of
// microseconds.
class Link {
 public:
  struct Events {
    // A frame has come. The link must not be destroyed from within.
    std::move_only_function<void(Frame)> on_frame;
    // The process has ended, with what waitpid() says of it; the last call. The link may be
    // destroyed from within.
    std::move_only_function<void(int)> on_end;
  };

  // Throws std::system_error if the process cannot be started.
  Link(Loop& loop, const std::string& executable, Events events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Queues a frame; `body` may be null for an empty one.
  void send(const std::string& head, SharedBytes body);

  // Ends the process; on_end comes when it is gone. May be called again.
  void kill();

 private:
  void on_ready(Loop::Ready ready);
  void on_exit();
  // What waitpid() says of the process, if it has ended.
  [[nodiscard]] std::optional<int> reap();
  void write();
  void read();
  void hang_up();
  void forget_process();

  Loop& loop_;
  Events events_;
  pid_t pid_ = -1;    // -1 once reaped.
  int process_ = -1;  // A pidfd; -1 once reaped.
  int socket_ = -1;   // -1 after a hang-up.
  FrameReader reader_;
  std::deque<SharedBytes> output_;
  std::size_t written_ = 0;  // Of the first of output_.
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_LINK_H_
