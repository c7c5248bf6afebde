// Debian has libfmt as a shared library only, and one shared C++ library brings libstdc++ with it at start-up: half of the
// time of `wallcheck --version`. So fmt's implementation is compiled here, once, and linked statically. What is instantiated
// is what its header declares as `extern template`.

#include <fmt/format-inl.h>

FMT_BEGIN_NAMESPACE
namespace detail {
template FMT_API void buffer<char>::append(const char*, const char*);
template FMT_API void vformat_to(buffer<char>&, string_view, basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
template FMT_API auto thousands_sep_impl(locale_ref) -> thousands_sep_result<char>;
template FMT_API auto decimal_point_impl(locale_ref) -> char;
template FMT_API auto dragonbox::to_decimal(double) noexcept -> dragonbox::decimal_fp<double>;
template FMT_API auto dragonbox::to_decimal(float) noexcept -> dragonbox::decimal_fp<float>;
}  // namespace detail
FMT_END_NAMESPACE
