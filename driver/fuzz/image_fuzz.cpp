// SPDX-License-Identifier: Apache-2.0
/// Any bytes are an image, or an Error. The content's hash is made right, so that what lies behind that check is seen
/// too.
#include <cstddef>
#include <cstdint>
#include <string>

#include "compile/image_file.hpp"
#include "eddy/error.hpp"
#include "eddy/image.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string& file : {bytes, eddy::image_file_of(bytes)}) {
    try {
      // What was taken can be written and read again.
      const eddy::Image image = eddy::parse_image(file, "fuzz");
      if (eddy::digest(eddy::parse_image(eddy::serialise(image), "again")) != eddy::digest(image)) __builtin_trap();
    } catch (const eddy::Error&) {
    }
  }
  return 0;
}
