#include "frontend/pf/source_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/suggest.h"

namespace wallcheck::frontend::pf {
namespace {

bool is_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool begins_word(char c) { return is_alnum(c) || c == ':' || c == '_'; }
/// What may stand inside a word that is not quoted; the same set as WORD in PfLexer.g4, without the escape.
bool in_word(char c) { return is_alnum(c) || std::string_view("\"$%&'*+-.:;?@[]^_`|~").find(c) != std::string_view::npos; }
bool in_macro_name(char c) { return is_alnum(c) || c == '_'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string directory(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "." : slash == 0 ? "/" : std::string(path.substr(0, slash));
}

/// "a/./b/../c" as "a/c"; leading ".." stay.
std::string normal(std::string_view path) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part == ".." && !parts.empty() && parts.back() != "..") parts.pop_back();
    else if (!part.empty() && part != ".") parts.push_back(part);
    at = end + 1;
  }
  std::string result = path.starts_with('/') ? "/" : "";
  for (const std::string_view part : parts) {
    if (!result.empty() && result.back() != '/') result += '/';
    result += part;
  }
  return result.empty() ? "." : result;
}

}  // namespace

Result<std::string, std::string> path_beside(std::string_view config, std::string_view name, bool allow_outside) {
  const std::string base = normal(directory(config));
  const std::string path = normal(name.starts_with('/') ? std::string(name) : directory(config) + "/" + std::string(name));
  if (allow_outside) return path;
  const bool inside = base == "." ? !path.starts_with('/') && path != ".." && !path.starts_with("../")
                                  : path.starts_with(base.ends_with('/') ? base : base + "/");
  if (inside) return path;
  return Unexpected{fmt::format("\"{}\" lies outside {}, the directory of this file, and is not read without --allow-outside", printable(name),
                                printable(base == "." ? "the current directory" : base))};
}

Result<std::string, std::string> read_beside(std::string_view config, const std::string& path, const Options& options) {
  if (!options.read_file) return Unexpected{std::string("no files are read here")};
  return options.read_file(path, options.allow_outside ? "" : directory(config));
}

std::size_t SourceText::piece_at(std::uint32_t offset) const {
  const auto after = std::ranges::upper_bound(pieces_, offset, {}, &Piece::at);
  return after == pieces_.begin() ? 0 : static_cast<std::size_t>(after - pieces_.begin()) - 1;
}

Provenance SourceText::place(std::uint32_t begin, std::uint32_t end) const {
  if (pieces_.empty()) return {};
  const auto one = [&](std::uint32_t offset, bool is_end) {
    const std::uint32_t byte = is_end && offset > 0 ? offset - 1 : offset;
    const Piece& piece = pieces_[piece_at(byte)];
    Provenance place = piece.from;
    const std::uint32_t into = piece.beyond ? 0 : byte - piece.at + (is_end ? 1 : 0);
    if (place.macro != Provenance::none) {
      place.definition.begin += into;
      place.definition.end = place.definition.begin;
    } else {
      place.where.begin += into;
      place.where.end = place.where.begin;
    }
    return place;
  };
  Provenance first = one(begin, false);
  const Provenance last = one(std::max(begin, end), end > begin);
  if (first.where.file == last.where.file) first.where.end = std::max(first.where.end, last.where.end);
  if (first.macro == last.macro && first.macro != Provenance::none && first.definition.file == last.definition.file)
    first.definition.end = std::max(first.definition.begin, last.definition.end);
  return first;
}

std::vector<std::uint32_t> SourceText::macros_in(std::uint32_t begin, std::uint32_t end) const {
  std::vector<std::uint32_t> found;
  for (std::size_t i = pieces_.empty() ? 0 : piece_at(begin); i < pieces_.size() && pieces_[i].at < end; ++i) {
    const std::uint32_t macro = pieces_[i].from.macro;
    if (macro != Provenance::none && std::ranges::find(found, macro) == found.end()) found.push_back(macro);
  }
  return found;
}

/// One run over the sources. The rules of words, quotes and `$` are those of pfctl's lexer: `$name` counts only where a word may
/// begin, is looked up at once, and what it brings is not searched for macros again; so no macro can contain itself.
class TextReader {
 public:
  TextReader(Sources& sources, const Options& options, std::size_t& opened, Diagnostics& diagnostics, bool& incomplete)
      : sources_(sources), options_(options), opened_(opened), diagnostics_(diagnostics), incomplete_(incomplete) {}

  SourceText run(FileId root);

 private:
  /// The text of a macro: each piece from consecutive bytes of a file.
  struct Value {
    struct Piece {
      std::uint32_t at;
      Span from;
    };
    std::string text;
    std::vector<Piece> pieces;
    void add(std::string_view more, Span from) {
      if (more.empty()) return;
      pieces.push_back({static_cast<std::uint32_t>(text.size()), from});
      text += more;
    }
  };
  /// Characters being read: a file, or a macro's text in it.
  struct Input {
    std::string_view text;
    std::size_t pos = 0;
    FileId file = 0;
    std::uint32_t macro = Provenance::none;
    Span use = {};  ///< of a macro
  };

  Span span(const Input& in, std::size_t begin, std::size_t end) const {
    return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end), in.file};
  }
  bool more(const Input& in) const { return in.pos < in.text.size(); }
  void copy(const Input& in, std::size_t begin, std::size_t end);
  void give_up_line(Input& in);
  void error(Span where, std::string message, std::string code = "WC901");

  void read(Input& in);
  void read_quoted(Input& in);
  void skip_comment(Input& in);
  bool read_line_start(Input& in);
  void read_definition(Input& in, std::size_t name_begin, std::size_t name_end, std::size_t value_begin);
  std::string read_string(Input& in, Value* value);
  void note_include(const Input& in, std::size_t after);
  void open_include();
  void not_included(std::string why, std::string code);
  const std::uint32_t* look_up(Input& in, std::size_t dollar);
  void expand(Input& in);
  bool over_budget(const Input& in);

  Sources& sources_;
  const Options& options_;
  std::size_t& opened_;        ///< files, so far
  Diagnostics& diagnostics_;
  bool& incomplete_;
  SourceText out_;
  std::vector<Value> values_;  ///< by index of SourceText::macros
  std::unordered_map<std::string, std::uint32_t> defined_;
  std::unordered_map<std::string, FileId> files_;
  std::vector<Input> open_;    ///< files that are being read, the innermost last
  std::string include_;        ///< named on this line
  Span include_span_;
  std::size_t line_begin_ = 0; ///< of the line being written
  std::size_t depth_ = 0;      ///< open braces
  bool word_open_ = false;     ///< the last character belongs to a word that may go on
  bool line_start_ = true;
  bool told_of_cr_ = false;
  bool stopped_ = false;
};

void TextReader::error(Span where, std::string message, std::string code) {
  incomplete_ = true;
  diagnostics_.error(std::move(code), where, std::move(message));
}

void TextReader::copy(const Input& in, std::size_t begin, std::size_t end) {
  const auto at = static_cast<std::uint32_t>(out_.bytes.size());
  auto& pieces = out_.pieces_;
  if (in.macro == Provenance::none) {
    const bool follows = !pieces.empty() && pieces.back().from.macro == Provenance::none && pieces.back().from.where.file == in.file &&
                         pieces.back().from.where.begin + (at - pieces.back().at) == begin;
    if (!follows) pieces.push_back({at, {span(in, begin, begin), {}, Provenance::none}});
  } else {
    const auto& from = values_[in.macro].pieces;
    auto piece = std::ranges::upper_bound(from, begin, {}, &Value::Piece::at);
    if (piece != from.begin()) --piece;
    for (; piece != from.end() && piece->at < end; ++piece) {
      const std::size_t first = std::max<std::size_t>(piece->at, begin);
      Span definition = piece->from;
      definition.begin += static_cast<std::uint32_t>(first - piece->at);
      pieces.push_back({at + static_cast<std::uint32_t>(first - begin), {in.use, definition, in.macro}});
    }
  }
  out_.bytes.append(in.text.substr(begin, end - begin));
}

bool TextReader::over_budget(const Input& in) {
  const Limits& limits = options_.limits;
  const std::size_t line = out_.bytes.size() - line_begin_;
  std::string why;
  if (limits.stopped()) why = stop_words(*limits.stop);
  else if (line > limits.macro_expansion)
    why = fmt::format("this line grows beyond {} bytes when its macros are expanded {}", limits.macro_expansion, limit_words("macro_expansion"));
  else if (out_.bytes.size() > limits.input_bytes) why = fmt::format("the file grows beyond {} bytes with what it includes {}", limits.input_bytes, limit_words("input_bytes"));
  else return false;
  error(in.macro != Provenance::none ? in.use : span(in, std::min(in.pos, in.text.size()), std::min(in.pos, in.text.size())),
        why + "; the rest of the file is not read", "WC904");
  stopped_ = true;
  return true;
}

void TextReader::not_included(std::string why, std::string code) {
  out_.gaps.push_back(static_cast<std::uint32_t>(out_.bytes.size()));
  error(include_span_, std::move(why), std::move(code));
}

/// The rest of the line has no meaning any more: one poison byte stands for it.
void TextReader::give_up_line(Input& in) {
  const std::size_t begin = in.pos;
  while (more(in) && in.text[in.pos] != '\n') in.pos += in.text[in.pos] == '\\' && in.pos + 1 < in.text.size() ? 2 : 1;
  in.pos = std::min(in.pos, in.text.size());
  const auto at = static_cast<std::uint32_t>(out_.bytes.size());
  out_.pieces_.push_back({at, {in.macro == Provenance::none ? span(in, begin, begin) : in.use, {}, Provenance::none}, begin == in.text.size()});
  out_.bytes += SourceText::poison;
  word_open_ = false;
}

void TextReader::skip_comment(Input& in) {
  const std::size_t begin = in.pos;
  while (more(in) && in.text[in.pos] != '\n') {
    if (in.text[in.pos] == '\\' && in.pos + 1 < in.text.size() && in.text[in.pos + 1] == '\n') ++in.pos;  // the comment goes on
    ++in.pos;
  }
  if (in.macro == Provenance::none && in.text.substr(begin, in.pos - begin).find("wallcheck:") != std::string_view::npos)
    out_.notes.push_back(span(in, begin, in.pos));
}

void TextReader::read_quoted(Input& in) {
  const std::size_t begin = in.pos;
  const char quote = in.text[in.pos++];
  while (more(in) && in.text[in.pos] != quote && in.text[in.pos] != '\0') in.pos += in.text[in.pos] == '\\' ? 2 : 1;
  if (in.pos < in.text.size() && in.text[in.pos] == quote) {
    copy(in, begin, ++in.pos);
    return;
  }
  in.pos = begin + 1;
  error(in.macro == Provenance::none ? span(in, begin, begin + 1) : in.use, "a quoted text begins here and never ends");
  give_up_line(in);
}

/// The macro that `$name` at `dollar` names; `in` is behind it then. Null: told, and the line is given up.
const std::uint32_t* TextReader::look_up(Input& in, std::size_t dollar) {
  in.pos = dollar + 1;
  while (more(in) && in_macro_name(in.text[in.pos])) ++in.pos;
  const std::string name(in.text.substr(dollar + 1, in.pos - dollar - 1));
  if (const auto found = defined_.find(name); found != defined_.end()) {
    out_.macros[found->second].used = true;
    return &found->second;
  }
  std::vector<std::string_view> names;
  for (const Macro& macro : out_.macros) names.push_back(macro.name);
  error(span(in, dollar, in.pos), name.empty() ? "\"$\" is not followed by the name of a macro"
                                               : fmt::format("macro \"{}\" is not defined{}", name, suggestion(name, names)),
        name.empty() ? "WC901" : "WC305");
  return nullptr;
}

void TextReader::expand(Input& in) {
  const std::size_t dollar = in.pos;
  const std::uint32_t* macro = look_up(in, dollar);
  if (macro == nullptr) return give_up_line(in);
  const std::string text = values_[*macro].text;
  Input inner{text, 0, in.file, *macro, span(in, dollar, in.pos)};
  line_start_ = false;
  while (more(inner) && !stopped_) read(inner);
}

/// A quoted text without its quotes and escapes, and into `value` with its places. `in` stands on the quote.
std::string TextReader::read_string(Input& in, Value* value) {
  const std::size_t opening = in.pos;
  const char quote = in.text[in.pos++];
  std::string result;
  std::size_t run = in.pos;
  const auto flush = [&](std::size_t end) {
    result += in.text.substr(run, end - run);
    if (value != nullptr) value->add(in.text.substr(run, end - run), span(in, run, end));
  };
  while (more(in) && in.text[in.pos] != quote) {
    const char c = in.text[in.pos];
    const char next = in.pos + 1 < in.text.size() ? in.text[in.pos + 1] : '\0';
    if (c == '\n' || (c == '\\' && (next == quote || next == ' ' || next == '\t' || next == '\n'))) {
      flush(in.pos);
      in.pos += c == '\n' ? 1 : next == '\n' ? 2 : 1;
      run = in.pos;
      if (c == '\\' && next != '\n') ++in.pos;
    } else {
      ++in.pos;
    }
  }
  if (!more(in)) {
    in.pos = opening + 1;
    error(span(in, opening, opening + 1), "a quoted text begins here and never ends");
    while (more(in) && in.text[in.pos] != '\n') ++in.pos;
    return result;
  }
  flush(in.pos);
  ++in.pos;
  return result;
}

void TextReader::read_definition(Input& in, std::size_t name_begin, std::size_t name_end, std::size_t value_begin) {
  Value value;
  in.pos = value_begin;
  bool told = false;
  bool any = false;
  const auto complain = [&](std::size_t begin, std::size_t end, std::string message) {
    if (!std::exchange(told, true)) error(span(in, begin, end), std::move(message));
  };
  const auto separate = [&](std::size_t at) {
    if (std::exchange(any, true)) value.add(" ", span(in, at, at));
  };
  while (more(in) && in.text[in.pos] != '\n') {
    const std::size_t begin = in.pos;
    const char c = in.text[in.pos];
    if (is_blank(c)) {
      ++in.pos;
    } else if (c == '\\') {
      in.pos = std::min(in.pos + 2, in.text.size());
    } else if (c == '#') {
      skip_comment(in);
    } else if (c == '"' || c == '\'') {
      separate(begin);
      read_string(in, &value);
    } else if (c == '$') {
      const std::uint32_t* macro = look_up(in, begin);
      if (macro == nullptr) {
        told = true;
        continue;
      }
      separate(begin);
      const Value& other = values_[*macro];
      if (other.text.find_first_of("{}()<>!=/,#") != std::string::npos && other.text.find('"') == std::string::npos)
        complain(begin, in.pos, fmt::format("the text of ${} is more than words, so it cannot be the value of a macro without quotes around it",
                                            out_.macros[*macro].name));
      const auto shift = static_cast<std::uint32_t>(value.text.size());
      for (const Value::Piece& piece : other.pieces) value.pieces.push_back({piece.at + shift, piece.from});
      value.text += other.text;
      if (value.text.size() > options_.limits.macro_expansion) {
        error(span(in, begin, in.pos), fmt::format("macro \"{}\" grows beyond {} bytes {}; the rest of the file is not read",
                                                   in.text.substr(name_begin, name_end - name_begin), options_.limits.macro_expansion, limit_words("macro_expansion")),
              "WC904");
        stopped_ = true;
        return;
      }
    } else if (c == '{') {
      // pfctl wants quotes here. The meaning is plain, so the file is understood all the same.
      separate(begin);
      while (more(in) && in.text[in.pos] != '}' && in.text[in.pos] != '\n') ++in.pos;
      if (more(in) && in.text[in.pos] == '}') ++in.pos;
      value.add(in.text.substr(begin, in.pos - begin), span(in, begin, in.pos));
      diagnostics_.add({"WC901", Severity::warning, "the value of a macro has to be in quotes when it is a list; pfctl refuses this line",
                        span(in, begin, in.pos)});
    } else if (begins_word(c)) {
      separate(begin);
      while (more(in) && (in_word(in.text[in.pos]) || in.text[in.pos] == '/')) ++in.pos;
      const std::string_view word = in.text.substr(begin, in.pos - begin);
      value.add(word, span(in, begin, in.pos));
      if (word.find('/') != std::string_view::npos)  // "/" is no part of a word; taken as meant all the same
        complain(begin, in.pos, "the value of a macro has to be in quotes when it is more than words");
    } else {
      complain(begin, begin + 1, fmt::format("\"{}\" cannot stand in the value of a macro without quotes", printable(in.text.substr(begin, 1))));
      ++in.pos;
    }
  }
  if (!any && !told) error(span(in, name_begin, name_end), "a macro needs a value");
  const std::string name(in.text.substr(name_begin, name_end - name_begin));
  defined_[name] = static_cast<std::uint32_t>(out_.macros.size());
  out_.macros.push_back({name, span(in, name_begin, name_end), false});
  values_.push_back(std::move(value));
}

/// Macro definitions and `include`, which only count where a statement may begin. True: it was a definition, and is read.
bool TextReader::read_line_start(Input& in) {
  const std::size_t begin = in.pos;
  std::size_t end = begin;
  while (end < in.text.size() && in_word(in.text[end])) ++end;
  std::size_t at = end;
  while (at < in.text.size() && (is_blank(in.text[at]) || (in.text[at] == '\\' && at + 1 < in.text.size() && in.text[at + 1] == '\n')))
    at += in.text[at] == '\\' ? 2 : 1;
  if (depth_ == 0 && at < in.text.size() && in.text[at] == '=') {
    read_definition(in, begin, end, at + 1);
    return true;
  }
  if (in.text.substr(begin, end - begin) == "include") note_include(in, at);
  return false;
}

void TextReader::note_include(const Input& in, std::size_t after) {
  Input ahead = in;
  ahead.pos = after;
  if (!more(ahead)) return;
  const char c = ahead.text[after];
  if (c == '"' || c == '\'') {
    const std::size_t close = ahead.text.find(c, after + 1);
    if (close == std::string_view::npos) return;
    include_ = read_string(ahead, nullptr);
  } else if (begins_word(c)) {
    while (more(ahead) && (in_word(ahead.text[ahead.pos]))) ++ahead.pos;
    include_ = ahead.text.substr(after, ahead.pos - after);
  } else if (c == '$') {
    while (++ahead.pos < ahead.text.size() && in_macro_name(ahead.text[ahead.pos])) {}
    const auto macro = defined_.find(std::string(ahead.text.substr(after + 1, ahead.pos - after - 1)));
    if (macro == defined_.end()) return;
    out_.macros[macro->second].used = true;
    include_ = values_[macro->second].text;
    if (include_.size() > 1 && (include_[0] == '"' || include_[0] == '\'')) include_ = include_.substr(1, include_.size() - 2);
  }
  include_span_ = span(in, after, ahead.pos);
}

/// Called behind the end of a line that names a file.
void TextReader::open_include() {
  const std::string name = std::exchange(include_, {});
  const std::string& config = sources_[0]->path();
  const auto path = path_beside(config, name, options_.allow_outside);
  if (!path) return not_included(path.error(), "WC905");
  if (open_.size() > options_.limits.include_depth)
    return not_included(fmt::format("files include one another more than {} deep {}; \"{}\" is not read",
                                            options_.limits.include_depth, limit_words("include_depth"), printable(name)),
                        "WC904");
  for (const Input& input : open_)
    if (normal(sources_[input.file]->path()) == path.value())
      return not_included(fmt::format("\"{}\" includes itself in the end; it is not read again", printable(name)), "WC901");
  if (++opened_ > options_.limits.includes) {
    not_included(fmt::format("more than {} files are included {}; the rest is not read", options_.limits.includes, limit_words("includes")), "WC904");
    stopped_ = true;
    return;
  }
  auto known = files_.find(path.value());
  if (known == files_.end()) {
    auto bytes = read_beside(config, path.value(), options_);
    if (!bytes) return not_included(fmt::format("cannot include \"{}\": {}", printable(name), bytes.error()), "WC905");
    if (sources_.size() > 0xfff0) return not_included("too many files are included", "WC904");
    known = files_.emplace(path.value(), static_cast<FileId>(sources_.size())).first;
    sources_.push_back(std::make_shared<SourceFile>(path.value(), std::move(bytes.value())));
  }
  open_.push_back({sources_[known->second]->bytes(), 0, known->second});
}

/// One step: a word, a run of blanks, a quoted text, a sign.
void TextReader::read(Input& in) {
  const std::size_t begin = in.pos;
  const char c = in.text[begin];
  if (over_budget(in)) return;
  if (c == '\\') {
    // Joins two lines; before any other character it only vanishes.
    const bool cr = in.text.substr(begin + 1, 2) == "\r\n";
    in.pos += cr ? 3 : begin + 1 < in.text.size() && in.text[begin + 1] == '\n' ? 2 : 1;
    return;
  }
  if (word_open_) {
    while (more(in) && in_word(in.text[in.pos])) ++in.pos;
    if (in.pos > begin) return copy(in, begin, in.pos);
    word_open_ = false;
  }
  switch (c) {
    case '\n':
      copy(in, begin, ++in.pos);
      line_begin_ = out_.bytes.size();
      line_start_ = true;
      if (!include_.empty() && in.macro == Provenance::none) open_include();
      return;
    case '\r':
      if (!std::exchange(told_of_cr_, true))
        error(in.macro == Provenance::none ? span(in, begin, begin + 1) : in.use, "pf does not take a carriage return; the lines of this file end with CR and LF");
      [[fallthrough]];
    case ' ':
    case '\t':
      ++in.pos;
      while (more(in) && (in.text[in.pos] == ' ' || in.text[in.pos] == '\t')) ++in.pos;
      return copy(in, begin, in.pos);
    case '#': return skip_comment(in);
    case '$':
      if (in.macro == Provenance::none) return expand(in);
      break;
    case '"':
    case '\'': line_start_ = false; return read_quoted(in);
    case '{': ++depth_; break;
    case '}': depth_ -= depth_ > 0; break;
    default: break;
  }
  if (std::exchange(line_start_, false) && begins_word(c) && in.macro == Provenance::none && read_line_start(in)) return;
  if (begins_word(c)) {
    word_open_ = true;
    while (more(in) && in_word(in.text[in.pos])) ++in.pos;
  } else {
    ++in.pos;
  }
  copy(in, begin, in.pos);
}

SourceText TextReader::run(FileId root) {
  for (std::size_t file = 0; file < sources_.size(); ++file) files_.emplace(normal(sources_[file]->path()), static_cast<FileId>(file));
  open_.push_back({sources_[root]->bytes(), 0, root});
  out_.bytes.reserve(sources_[root]->bytes().size() + 1);
  while (!open_.empty() && !stopped_) {
    // An include pushes onto open_, so that the file at hand is copied out and back.
    const std::size_t at = open_.size() - 1;
    Input in = open_[at];
    while (more(in) && !stopped_ && open_.size() == at + 1) read(in);
    const bool ended = !more(in);
    if (ended && (out_.bytes.empty() || out_.bytes.back() != '\n')) {
      const std::size_t end = in.text.size();
      out_.pieces_.push_back({static_cast<std::uint32_t>(out_.bytes.size()), {span(in, end, end), {}, Provenance::none}, true});
      out_.bytes += '\n';
      line_begin_ = out_.bytes.size();
    }
    open_[at].pos = in.pos;
    word_open_ = false;
    line_start_ = true;
    if (ended && open_.size() == at + 1) {
      if (!include_.empty()) {
        open_include();
        if (open_.size() > at + 1) {
          open_.erase(open_.begin() + static_cast<std::ptrdiff_t>(at));
          continue;
        }
      }
      open_.pop_back();
    }
  }
  if (out_.bytes.empty() || out_.bytes.back() != '\n') out_.bytes += '\n';
  if (stopped_) out_.gaps.push_back(static_cast<std::uint32_t>(out_.bytes.size()));
  return std::move(out_);
}

SourceText read_text(Sources& sources, FileId root, const Options& options, std::size_t& opened, Diagnostics& diagnostics, bool& incomplete) {
  return TextReader(sources, options, opened, diagnostics, incomplete).run(root);
}

}  // namespace wallcheck::frontend::pf
