#ifndef LIKENESS_IMAGING_LINK_H_
#define LIKENESS_IMAGING_LINK_H_

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

#include "config/base/bytes.h"
#include "config/base/loop.h"
#include "imaging/frame.h"
#include "imaging/source_file.h"

namespace likeness::imaging {

// A Link is one worker process, the socket to it and the file with its sources: it starts the
// process, carries frames both ways without ever blocking, and tells when the process has ended,
// for whatever reason.
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
  Link(Loop& loop, const std::string& executable, std::size_t max_source_bytes, Events events);
  ~Link();
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  // Sends a frame without a body, once `source`, unless it is null, lies in the worker's file.
  // REQUIRES: a frame has come back for what was sent before.
  void send(const std::string& head, SharedBytes source);

  // Gives back the memory that is kept for the next source.
  // REQUIRES: as send().
  void give_back_memory() { sources_.give_back_memory(); }

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
  SourceFile sources_;
  SharedBytes source_ = nullptr;  // Until all of it is in the file.
  std::size_t copied_ = 0;        // Of source_.
  std::string output_;            // Follows when source_ is null.
  std::size_t written_ = 0;       // Of output_.
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_LINK_H_
