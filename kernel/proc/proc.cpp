// SPDX-License-Identifier: MIT
#include <kernel/proc.hpp>

namespace mink::kernel {
namespace {

constinit ProcRegistry the_registry;

bool valid(std::string_view name) {
  return !name.empty() && name.find_first_of("/ \t\n") == std::string_view::npos;
}

}  // namespace

Err ProcRegistry::add(ProcFile& file) {
  const std::string_view name = file.name;
  if (!valid(name)) return Err::Inval;
  for (ProcFile& other : files_) {
    const int order = name.compare(other.name);
    if (order == 0) return Err::Exist;
    if (order < 0) {
      files_.insert_before(other, file);
      return Err::Ok;
    }
  }
  files_.push_back(file);
  return Err::Ok;
}

const ProcFile* ProcRegistry::find(std::string_view name) const {
  for (const ProcFile& file : files_) {
    if (name == file.name) return &file;
  }
  return nullptr;
}

ProcRegistry& proc() { return the_registry; }

}  // namespace mink::kernel
