#include "cache/redis_reply.h"

#include <hiredis/read.h>

#include <exception>
#include <new>

namespace likeness::cache {
namespace {

// No command of ours gets longer arrays; a hostile count must not reserve memory.
constexpr int kMaxElements = 65'536;

RedisReply::Kind kind_of(int type) {
  switch (type) {
    case REDIS_REPLY_STRING: return RedisReply::Kind::string;
    case REDIS_REPLY_ARRAY: return RedisReply::Kind::array;
    case REDIS_REPLY_INTEGER: return RedisReply::Kind::integer;
    case REDIS_REPLY_STATUS: return RedisReply::Kind::status;
    case REDIS_REPLY_ERROR: return RedisReply::Kind::error;
    default: return RedisReply::Kind::nil;
  }
}

// Makes the reply for a task: a slot of its parent's elements, which stay where they are, or a new
// root. Null, which hiredis takes for out of memory, if `fill` throws: nothing may pass through C.
template <class Fill>
void* make(const redisReadTask* task, Fill fill) noexcept {
  const bool is_root = task->parent == nullptr;
  RedisReply* reply = nullptr;
  try {
    reply = is_root ? new RedisReply
                    : &static_cast<RedisReply*>(task->parent->obj)
                           ->elements.at(static_cast<std::size_t>(task->idx));
    reply->kind = kind_of(task->type);
    fill(*reply);
    return reply;
  } catch (const std::exception&) {
    if (is_root) delete reply;
    return nullptr;
  }
}

void* create_string(const redisReadTask* task, char* text, std::size_t size) {
  return make(task, [&](RedisReply& reply) { reply.text.assign(text, size); });
}

void* create_array(const redisReadTask* task, int count) {
  return make(task, [&](RedisReply& reply) {
    if (count > kMaxElements) throw std::bad_alloc();
    reply.elements.resize(static_cast<std::size_t>(count));
  });
}

void* create_integer(const redisReadTask* task, long long value) {
  return make(task, [&](RedisReply& reply) { reply.integer = value; });
}

void* create_nil(const redisReadTask* task) {
  return make(task, [](RedisReply& reply) { reply.kind = RedisReply::Kind::nil; });
}

// hiredis frees roots only.
void free_reply(void* reply) { delete static_cast<RedisReply*>(reply); }

constexpr redisReplyObjectFunctions kFunctions = {create_string, create_array, create_integer,
                                                  create_nil, free_reply};

}  // namespace

RedisReader::RedisReader()
    : reader_(redisReaderCreateWithFunctions(const_cast<redisReplyObjectFunctions*>(&kFunctions))) {
  if (reader_ == nullptr) throw std::bad_alloc();
}

RedisReader::~RedisReader() { redisReaderFree(reader_); }

// An error stays in the reader, and next() tells.
void RedisReader::feed(std::string_view bytes) {
  redisReaderFeed(reader_, bytes.data(), bytes.size());
}

Result<std::optional<RedisReply>> RedisReader::next() {
  void* root = nullptr;
  if (redisReaderGetReply(reader_, &root) != REDIS_OK) {
    return fail(Errc::store_unavailable, "Redis protocol: " + std::string(reader_->errstr));
  }
  if (root == nullptr) return std::nullopt;
  const std::unique_ptr<RedisReply> reply(static_cast<RedisReply*>(root));
  return std::move(*reply);
}

}  // namespace likeness::cache
