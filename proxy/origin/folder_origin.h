#ifndef LIKENESS_PROXY_ORIGIN_FOLDER_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_FOLDER_ORIGIN_H_

#include <filesystem>
#include <string>

#include "config/base/lifetime.h"
#include "proxy/loop/side_thread.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// An open folder of pictures. Immutable; shared by the loops' FolderOrigins and read on a
// SideThread.
class PhotoFolder {
 public:
  // Throws std::system_error if the folder cannot be opened.
  PhotoFolder(const std::filesystem::path& folder, std::size_t max_bytes);
  ~PhotoFolder();
  PhotoFolder(const PhotoFolder&) = delete;
  PhotoFolder& operator=(const PhotoFolder&) = delete;

  // Reads the picture named by the id and an extension of a format that we accept, in the order
  // jpg, jpeg, png, webp, gif, avif, heic, heif, tif, tiff, bmp. An id can never leave the folder:
  // one with a slash, a NUL or a leading dot names nothing, and links that lead out are not
  // followed. What cannot be opened is a failure of the origin, not the lack of a photo. The
  // validators are the file's time and size. Blocks.
  [[nodiscard]] Result<Fetched> read(std::string_view id, const Validators& have) const;

  // At most `most` ids of pictures in the folder, in order. Blocks.
  [[nodiscard]] std::vector<std::string> ids(std::size_t most) const;

 private:
  std::filesystem::path path_;
  int folder_;
  std::size_t max_bytes_;
};

// Photos in a local folder: "folder:DIR".
class FolderOrigin final : public Origin {
 public:
  FolderOrigin(Loop& loop, SideThread& reader, const PhotoFolder& folder)
      : loop_(loop), reader_(reader), folder_(folder) {}
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return stats_; }

 private:
  Loop& loop_;
  SideThread& reader_;
  const PhotoFolder& folder_;
  OriginStats stats_;
  Lifetime lifetime_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_FOLDER_ORIGIN_H_
