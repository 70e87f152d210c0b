#include "HiddenFunctions.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <string_view>

namespace segnas {

namespace {

/// A file in memory while this lives; empty where it cannot be read.
class Mapping {
  public:
    explicit Mapping(const char *path) {
        const int file = open(path, O_RDONLY | O_CLOEXEC);
        struct stat facts {};
        if (file < 0) return;
        if (fstat(file, &facts) == 0 && facts.st_size > 0) {
            void *start = mmap(nullptr, facts.st_size, PROT_READ, MAP_PRIVATE, file, 0);
            if (start != MAP_FAILED) bytes_ = {static_cast<const char *>(start), static_cast<size_t>(facts.st_size)};
        }
        close(file);
    }
    Mapping(const Mapping &) = delete;
    ~Mapping() {
        if (!bytes_.empty()) munmap(const_cast<char *>(bytes_.data()), bytes_.size());
    }

    /// So many values of a type at an offset, or null where the file is shorter.
    template <class T>
    const T *at(uint64_t offset, uint64_t count) const {
        const bool fits = offset <= bytes_.size() && count <= (bytes_.size() - offset) / sizeof(T);
        return fits ? reinterpret_cast<const T *>(bytes_.data() + offset) : nullptr;
    }

  private:
    std::string_view bytes_;
};

struct Symbols {
    const Elf64_Sym *symbols = nullptr;
    uint64_t count = 0;
    std::string_view names;
};

Symbols symbol_table(const Mapping &file) {
    const auto *header = file.at<Elf64_Ehdr>(0, 1);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return {};
    const auto *sections = file.at<Elf64_Shdr>(header->e_shoff, header->e_shnum);
    for (int i = 0; sections && i < header->e_shnum; ++i) {
        if (sections[i].sh_type != SHT_SYMTAB || sections[i].sh_link >= header->e_shnum) continue;
        const auto &texts = sections[sections[i].sh_link];
        const uint64_t count = sections[i].sh_size / sizeof(Elf64_Sym);
        const auto *symbols = file.at<Elf64_Sym>(sections[i].sh_offset, count);
        const auto *names = file.at<char>(texts.sh_offset, texts.sh_size);
        if (!symbols || !names || texts.sh_size == 0 || names[texts.sh_size - 1] != 0) return {};
        return {symbols, count, {names, texts.sh_size}};
    }
    return {};
}

/// Told apart by their first letters, as most of half a million names are long.
struct Before {
    bool operator()(const char *a, const char *b) const { return std::strcmp(a, b) < 0; }
};

}  // namespace

std::vector<void *> hidden_functions(std::initializer_list<const char *> names) {
    Dl_info library{};
    link_map *map = nullptr;
    auto *known = reinterpret_cast<void *>(&at::get_num_threads);
    if (!dladdr1(known, &library, reinterpret_cast<void **>(&map), RTLD_DL_LINKMAP) || !map) return {};
    const Mapping file(library.dli_fname);
    const auto table = symbol_table(file);
    std::map<const char *, void *, Before> wanted;
    for (const char *name : names) wanted.emplace(name, nullptr);
    for (uint64_t i = 0; i < table.count; ++i) {
        const auto &symbol = table.symbols[i];
        if (ELF64_ST_TYPE(symbol.st_info) != STT_FUNC || symbol.st_name >= table.names.size()) continue;
        const auto found = wanted.find(table.names.data() + symbol.st_name);
        if (found != wanted.end()) found->second = reinterpret_cast<void *>(map->l_addr + symbol.st_value);
    }
    std::vector<void *> addresses;
    for (const char *name : names) {
        if (!wanted[name]) return {};
        addresses.push_back(wanted[name]);
    }
    return addresses;
}

}  // namespace segnas
