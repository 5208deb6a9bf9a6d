#ifndef LIKENESS_PROXY_PROCESS_H_
#define LIKENESS_PROXY_PROCESS_H_

#include <memory>
#include <string>
#include <vector>

#include "config/settings.h"

namespace likeness {

// The serving process, whole: its loops, and on each of them a server, a gateway, the flights, an
// origin and a store; beside them the memory cache and the imaging workers. Here everything is
// built from the settings, top down, and torn down in reverse.
//
// To be used from main() alone.
class Process {
 public:
  // Starts serving, and returns when all of it can: `executable` is started for imaging workers,
  // and what needs none is served before they are ready. Throws std::exception with a sentence for
  // the operator if an address, the origin or a worker cannot be had.
  Process(const Settings& settings, const std::string& executable);
  // Ends at once what drain() has left.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  // Where it listens: "http://127.0.0.1:8080", with real ports.
  [[nodiscard]] const std::vector<std::string>& urls() const;
  // The same of the listeners for operators alone.
  [[nodiscard]] const std::vector<std::string>& operators_urls() const;

  // Takes over keys, tokens, who may see what and the clients' limits, while requests go on, and
  // opens the access log's file anew; all other settings stay as they were. Throws
  // std::runtime_error, and has then changed nothing, if a key, token or secret cannot be read.
  void reload(const Settings& settings);

  // Stops accepting, reports not ready, and waits until requests in flight are answered, at most
  // settings.http.drain_timeout.
  void drain();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_PROCESS_H_
