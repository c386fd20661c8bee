/* redirect.h: for alpc/windows, by -include: "ntdll" is the program itself, with ntalpc.c. */
#define WIN32_NO_STATUS
#include <windows.h>
#undef WIN32_NO_STATUS
#define GetModuleHandleA(module) (GetModuleHandleA)(NULL)
