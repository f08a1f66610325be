/* Addresses that a server listens at, or connects to, as operators write them: host and port. */
#ifndef SERVER_SERVER_ADDRESS_H
#define SERVER_SERVER_ADDRESS_H

#include <sys/socket.h>

/* A numeric address and port to listen at. 0, or -1: it is none. */
int server_read_listen(const char *text, struct sockaddr_storage *address);

/* Splits "host:port" and "[v6]:port". 0, or -1: not of this form, or the port is no number from 0 to 65535. */
#define SERVER_HOST_BYTES 256
#define SERVER_PORT_BYTES 8
int server_split_address(const char *text, char host[SERVER_HOST_BYTES], char port[SERVER_PORT_BYTES]);

/* The addresses of host and port, at most as many; flags of getaddrinfo. Returns how many were found. */
int server_look_up(const char *host, const char *port, int flags, struct sockaddr_storage *found, int most);

#endif
