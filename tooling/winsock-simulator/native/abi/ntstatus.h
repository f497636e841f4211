#pragma once

#include <cstdint>

namespace simulator {

inline constexpr uint32_t kStatusSuccess = 0;
inline constexpr uint32_t kStatusPending = 0x00000103;

// Converts a Winsock error to the NTSTATUS of OVERLAPPED.Internal, and back.
uint32_t ntstatusOf(int winsockError);
int winsockErrorOfNtstatus(uint32_t status);

}  // namespace simulator
