#include "cli/outputs.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/suggest.h"
#include "cli/terminal.h"

namespace wallcheck::cli {

void Outputs::Output::write(std::string_view text) {
  written += text.size();
  if (text.empty() || failed) return;
  if (std::fwrite(text.data(), 1, text.size(), stream.get()) == text.size()) return;
  failed = true;
  complain("error", fmt::format("cannot write to {}: {}", path.empty() ? "standard output" : printable(path), std::strerror(errno)));
}

Result<Outputs, std::string> Outputs::open(const Arguments& arguments) {
  Outputs outputs;
  std::vector<std::string> words = arguments.values("format");
  if (words.empty()) words.push_back("text");
  bool standard_output_taken = false;
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    const std::string name = word.substr(0, equals);
    Output output;
    output.format = report::format(name);
    if (!output.format) {
      std::vector<std::string_view> names;
      for (const report::Format& format : report::formats()) names.push_back(format.name);
      return Unexpected{fmt::format("--format: there is no format \"{}\"{}; formats are {}", printable(name), suggestion(name, names),
                                    fmt::join(names, ", "))};
    }
    if (equals == std::string::npos) {
      if (std::exchange(standard_output_taken, true))
        return Unexpected{std::string("--format: only one report can go to standard output; give the others a file, e.g. json=report.json")};
      output.stream.reset(stdout);
    } else {
      output.path = word.substr(equals + 1);
      // Not for all the world to write, whatever the umask is.
      const int file = ::open(output.path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0664);
      if (file >= 0) output.stream.reset(fdopen(file, "wb"));
      if (!output.stream) return Unexpected{fmt::format("--format: cannot write to \"{}\": {}", printable(output.path), std::strerror(errno))};
    }
    outputs.outputs_.push_back(std::move(output));
  }
  outputs.terminal_ = terminal_style(arguments);
  return outputs;
}

bool Outputs::want_fixes() const {
  return std::ranges::any_of(outputs_, [](const Output& output) { return output.format->wants_fixes; });
}

bool Outputs::want_steps() const {
  return std::ranges::any_of(outputs_, [](const Output& output) { return output.format->wants_steps; });
}

report::Context Outputs::context_for(const Output& output) const {
  report::Context context = context_;
  context.style = terminal_;
  if (!output.path.empty()) context.style.color = context.style.unicode = false, context.style.width = report::Style{}.width;
  return context;
}

void Outputs::begin(report::Context context) {
  context_ = std::move(context);
  for (Output& output : outputs_) output.write(output.format->begin(context_for(output)));
}

void Outputs::file(const check::FileResult& result, std::optional<Severity> fail_on) {
  context_.fail_on = fail_on;
  for (Output& output : outputs_) {
    const report::Context context = context_for(output);
    const report::SoFar before = output.so_far(summary_);
    if (output.format->after) output.kept += output.format->after(context, result, before);
    output.write(output.format->file(context, result, before));
  }
  summary_.add(result);
}

bool Outputs::end(int exit_status, std::size_t unfinished) {
  summary_.exit_status = exit_status;
  summary_.unfinished = unfinished;
  bool good = true;
  for (Output& output : outputs_) {
    const report::SoFar all = output.so_far(summary_);
    output.write(output.kept);
    output.write(output.format->end(context_for(output), all));
    if (!output.failed && std::fflush(output.stream.get()) != 0) {
      complain("error", fmt::format("cannot write to {}: {}", output.path.empty() ? "standard output" : printable(output.path), std::strerror(errno)));
      output.failed = true;
    }
    good = good && !output.failed;
  }
  return good;
}

bool Outputs::to_terminal() const {
  for (const Output& output : outputs_)
    if (output.path.empty()) return isatty(STDOUT_FILENO) == 1;
  return false;
}

}  // namespace wallcheck::cli
