#include "base/edit.h"

#include <algorithm>

#include <fmt/format.h>

namespace wallcheck {

namespace {

constexpr std::size_t context_lines = 3;

/// Lines with their line ends; the last one may have none.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// Old lines [begin, end) become `lines`.
struct LineChange {
  std::size_t begin = 0, end = 0;
  std::vector<std::string> lines;
};

/// The lines that edits touch, joined where two edits share a line.
std::vector<LineChange> line_changes(std::string_view bytes, const std::vector<std::string_view>& lines, std::span<const Edit> edits) {
  std::vector<std::size_t> starts;  // of each line, and of the one that would come next if the text ends with a newline
  std::size_t at = 0;
  for (const std::string_view line : lines) starts.push_back(at), at += line.size();
  if (bytes.empty() || bytes.back() == '\n') starts.push_back(at);
  const auto line_of = [&](std::size_t offset) { return static_cast<std::size_t>(std::ranges::upper_bound(starts, offset) - starts.begin()) - 1; };
  const auto start_of = [&](std::size_t line) { return line < starts.size() ? starts[line] : bytes.size(); };

  std::vector<LineChange> changes;
  for (std::size_t first = 0; first < edits.size();) {
    std::size_t begin = 0, end = 0, next = first;
    for (; next < edits.size(); ++next) {
      const Edit& edit = edits[next];
      const std::size_t from = line_of(edit.where.begin);
      if (next == first) begin = end = from;
      else if (from != begin && from >= end) break;
      // Whole lines put before a line leave that line alone.
      const bool whole_lines = edit.where.empty() && edit.where.begin == start_of(from) && edit.text.ends_with('\n');
      if (!whole_lines) end = std::max(end, std::min(lines.size(), line_of(edit.where.empty() ? edit.where.begin : edit.where.end - 1) + 1));
    }
    std::vector<Edit> local(edits.begin() + static_cast<std::ptrdiff_t>(first), edits.begin() + static_cast<std::ptrdiff_t>(next));
    const auto base = static_cast<std::uint32_t>(start_of(begin));
    for (Edit& edit : local) edit.where.begin -= base, edit.where.end -= base;
    const std::string text = edited(bytes.substr(base, start_of(end) - base), local);
    LineChange change{begin, end, {}};
    for (const std::string_view line : lines_of(text)) change.lines.emplace_back(line);
    changes.push_back(std::move(change));
    first = next;
  }
  return changes;
}

void put(std::string& out, char mark, std::string_view line) {
  out += mark;
  out += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string range(std::size_t begin, std::size_t count) {
  if (count == 0) return fmt::format("{},0", begin);
  return count == 1 ? fmt::format("{}", begin + 1) : fmt::format("{},{}", begin + 1, count);
}

}  // namespace

std::string edited(std::string_view bytes, std::span<const Edit> edits) {
  std::string out;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    out += bytes.substr(at, edit.where.begin - at);
    out += edit.text;
    at = edit.where.end;
  }
  return out += bytes.substr(at);
}

std::vector<Edit> composed(std::span<const Edit> first, std::span<const Edit> second) {
  // The text between the two as pieces: bytes kept from the first text, or put in.
  struct Piece {
    std::uint32_t begin = 0, end = 0;  // kept
    std::string text;                  // put in
    std::size_t size() const { return text.size() + (end - begin); }
  };
  constexpr std::uint32_t far = ~std::uint32_t{0};
  std::vector<Piece> pieces, result;
  std::uint32_t at = 0;
  for (const Edit& edit : first) {
    pieces.push_back({at, edit.where.begin, {}});
    pieces.push_back({0, 0, edit.text});
    at = edit.where.end;
  }
  pieces.push_back({at, far, {}});

  std::size_t next = 0;
  const auto pass = [&](std::size_t count, bool keep) {
    while (count > 0 && next < pieces.size()) {
      Piece& piece = pieces[next];
      const std::size_t part = std::min(count, piece.size());
      Piece head = piece.text.empty() ? Piece{piece.begin, piece.begin + static_cast<std::uint32_t>(part), {}} : Piece{0, 0, piece.text.substr(0, part)};
      if (piece.text.empty()) piece.begin += static_cast<std::uint32_t>(part);
      else piece.text.erase(0, part);
      if (keep) result.push_back(std::move(head));
      if (piece.size() == 0) ++next;
      count -= part;
      while (next < pieces.size() && pieces[next].size() == 0) ++next;
    }
  };
  while (next < pieces.size() && pieces[next].size() == 0) ++next;
  at = 0;
  for (const Edit& edit : second) {
    pass(edit.where.begin - at, true);
    result.push_back({0, 0, edit.text});
    pass(edit.where.end - edit.where.begin, false);
    at = edit.where.end;
  }
  pass(~std::size_t{0}, true);

  const FileId file = !first.empty() ? first.front().where.file : second.empty() ? FileId{0} : second.front().where.file;
  std::vector<Edit> edits;
  std::string put_in;
  at = 0;
  for (Piece& piece : result) {
    if (piece.begin == piece.end) {
      put_in += piece.text;
      continue;
    }
    if (piece.begin != at || !put_in.empty()) edits.push_back({{at, piece.begin, file}, std::move(put_in)});
    put_in.clear();
    at = piece.end;
  }
  return edits;
}

namespace {

/// A file's name as git and patch read it: in quotes with octal escapes if it holds anything that could end the line or a terminal obeys.
std::string header_name(std::string_view name) {
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (std::ranges::all_of(name, is_plain)) return std::string(name);
  std::string out = "\"";
  for (const char c : name) out += is_plain(c) ? std::string(1, c) : fmt::format("\\{:03o}", static_cast<unsigned char>(c));
  return out + "\"";
}

}  // namespace

std::string unified_diff(std::string_view name, std::string_view bytes, std::span<const Edit> edits) {
  const std::vector<std::string_view> lines = lines_of(bytes);
  const std::vector<LineChange> changes = line_changes(bytes, lines, edits);
  std::string out;
  std::size_t shift_added = 0, shift_removed = 0;
  for (std::size_t i = 0; i < changes.size();) {
    std::size_t last = i + 1;
    while (last < changes.size() && changes[last].begin <= changes[last - 1].end + 2 * context_lines) ++last;
    const std::size_t begin = changes[i].begin - std::min(changes[i].begin, context_lines);
    const std::size_t end = std::min(lines.size(), changes[last - 1].end + context_lines);
    std::string body;
    std::size_t added = 0, removed = 0, at = begin;
    for (std::size_t k = i; k < last; ++k) {
      for (; at < changes[k].begin; ++at) put(body, ' ', lines[at]);
      for (; at < changes[k].end; ++at, ++removed) put(body, '-', lines[at]);
      for (const std::string& line : changes[k].lines) put(body, '+', line), ++added;
    }
    for (; at < end; ++at) put(body, ' ', lines[at]);
    const std::size_t old_count = end - begin;
    if (out.empty()) out = fmt::format("--- {0}\n+++ {0}\n", header_name(name));
    out += fmt::format("@@ -{} +{} @@\n", range(begin, old_count), range(begin + shift_added - shift_removed, old_count + added - removed));
    out += body;
    shift_added += added;
    shift_removed += removed;
    i = last;
  }
  return out;
}

}  // namespace wallcheck
