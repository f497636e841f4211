#pragma once

namespace simulator {

int winsockErrorOf(int errnoValue);

}  // namespace simulator
