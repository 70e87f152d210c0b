// What ITK's itk_compiler_detection.h defines for GCC, said for every C++11 compiler: Debian's package leaves
// out the files for others, clang among them. To be included before any header of ITK.
#pragma once

#if !__has_include(<itkImageIOBase.h>)
#error "ITK is not set up: run Scripts/setup.sh (or make test), then build again"
#endif

#define ITK_COMPILER_DETECTION_H

#define ITK_ALIGNAS(X) alignas(X)
#define ITK_ALIGNOF(X) alignof(X)
#define ITK_CONSTEXPR constexpr
#define ITK_DELETED_FUNCTION = delete
#define ITK_DEPRECATED [[deprecated]]
#define ITK_DEPRECATED_MSG(MSG) [[deprecated(MSG)]]
#define ITK_EXTERN_TEMPLATE extern
#define ITK_FINAL final
#define ITK_NOEXCEPT noexcept
#define ITK_NOEXCEPT_EXPR(X) noexcept(X)
#define ITK_NULLPTR nullptr
#define ITK_OVERRIDE override
#define ITK_STATIC_ASSERT(X) static_assert(X, #X)
#define ITK_STATIC_ASSERT_MSG(X, MSG) static_assert(X, MSG)
#define ITK_THREAD_LOCAL thread_local
