// SPDX-License-Identifier: MIT
// The S3C6410's UART on the machine's own bus.
#include "s3c_uart_impl.hpp"

namespace mink::drivers {

template class UartConsole<S3cUartPort<Mmio>>;
template class BasicS3cUart<Mmio>;

}  // namespace mink::drivers
