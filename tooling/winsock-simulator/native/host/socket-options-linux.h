#pragma once

namespace simulator {

// Take option numbers and value layouts of Winsock. Return a Winsock error, 0 for success.
int setLinuxOption(int descriptor, int level, int name, const void* value, int length);
int getLinuxOption(int descriptor, int level, int name, void* value, int* length);

bool isLinuxSocketListening(int descriptor);

}  // namespace simulator
