# The 64-bit guest: what xvmgate's own `unix` does when Xen starts it.
# Entered as Xen enters a PV kernel: rsi holds start_info, rsp the end of a stack of one page, all pages are writable
# but page tables. It prints its command line, length and CRC-32 of its ramdisk, and asks for a reboot.
# The code is position-independent and keeps all its state in registers and on the stack.

        .set    CONSOLE_IO, 18          # hypercall numbers, xen/include/public/xen.h
        .set    SCHED_OP, 29
        .set    SHUTDOWN, 2             # of sched_op
        .set    REBOOT, 1               # its reason
        .set    MOD_START, 112          # offsets into start_info
        .set    MOD_LEN, 120
        .set    CMD_LINE, 128
        .set    CMD_SIZE, 1024
        .set    POLYNOMIAL, 0xedb88320  # CRC-32 of ISO 3309, reflected

        .text
        .globl  _start
_start: cld
        mov     %rsi, %rbp              # start_info
        sub     $1024, %rsp             # the table: a CRC for each byte
        mov     %rsp, %rbx

        lea     cmdline(%rip), %rsi
        mov     $cmdline_end - cmdline, %edx
        call    print
        lea     CMD_LINE(%rbp), %rsi
        xor     %edx, %edx
1:      cmpb    $0, (%rsi,%rdx)
        je      2f
        inc     %edx
        cmp     $CMD_SIZE, %edx
        jb      1b
2:      call    print

        xor     %ecx, %ecx              # fill the table
3:      mov     %ecx, %eax
        mov     $8, %edi
4:      shr     $1, %eax
        jnc     5f
        xor     $POLYNOMIAL, %eax
5:      dec     %edi
        jnz     4b
        mov     %eax, (%rbx,%rcx,4)
        inc     %ecx
        cmp     $256, %ecx
        jb      3b

        mov     MOD_START(%rbp), %rsi   # the ramdisk, all of it
        mov     MOD_LEN(%rbp), %rcx
        mov     $-1, %eax
        jrcxz   7f
6:      movzbl  (%rsi), %edx
        xor     %al, %dl
        shr     $8, %eax
        xor     (%rbx,%rdx,4), %eax
        inc     %rsi
        dec     %rcx
        jnz     6b
7:      not     %eax
        mov     %eax, %r15d

        lea     ramdisk(%rip), %rsi
        mov     $ramdisk_end - ramdisk, %edx
        call    print

        mov     MOD_LEN(%rbp), %rax     # its length, in decimal, written from behind
        lea     32(%rbx), %rdi
        mov     $10, %ecx
8:      xor     %edx, %edx
        div     %rcx
        add     $'0', %dl
        dec     %rdi
        mov     %dl, (%rdi)
        test    %rax, %rax
        jnz     8b
        mov     %rdi, %rsi
        lea     32(%rbx), %rdx
        sub     %rsi, %rdx
        call    print

        mov     %rbx, %rdi              # its CRC, in hex
        mov     $' ', %al
        stosb
        mov     $8, %ecx
9:      rol     $4, %r15d
        mov     %r15d, %eax
        and     $15, %al
        add     $'0', %al
        cmp     $'9', %al
        jbe     10f
        add     $'a' - '9' - 1, %al
10:     stosb
        dec     %ecx
        jnz     9b
        mov     %rbx, %rsi
        mov     $9, %edx
        call    print

        lea     end(%rip), %rsi
        mov     $end_end - end, %edx
        call    print

        movl    $REBOOT, (%rbx)
11:     mov     $SCHED_OP, %eax
        mov     $SHUTDOWN, %edi
        mov     %rbx, %rsi
        syscall
        jmp     11b                     # Xen does not come back from it

print:  mov     %rdx, %rax              # edx bytes at rsi
        mov     %rsi, %rdx
        mov     %rax, %rsi
        mov     $CONSOLE_IO, %eax
        xor     %edi, %edi              # write
        syscall                         # rcx and r11 are lost
        ret

cmdline:
        .ascii  "\nxvmgate-guest cmdline "
cmdline_end:
ramdisk:
        .ascii  "\nxvmgate-guest ramdisk "
ramdisk_end:
end:
        .ascii  "\nxvmgate-guest end\n"
end_end:
